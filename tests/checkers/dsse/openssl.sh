#!/usr/bin/env bash
# Verifies a DSSE envelope with jq and openssl: openssl.sh ENVELOPE KEY..., each KEY as ed25519:<64 hex>.
# Exit code 0 if each of the keys has signed what the envelope holds.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: openssl.sh ENVELOPE KEY..." >&2 && exit 2; }
envelope=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jq -j .payload "$envelope" | base64 -d >"$work/payload"
type=$(jq -j .payloadType "$envelope")
# DSSE's pre-authentication encoding: lengths in bytes, in decimal.
{ printf 'DSSEv1 %d %s %d ' "$(printf %s "$type" | wc -c)" "$type" "$(wc -c <"$work/payload")" && cat "$work/payload"; } >"$work/signed"

code=0
for key in "$@"; do
    jq -j --arg key "$key" '[.signatures[] | select(.keyid == $key)][0].sig // ""' "$envelope" | base64 -d >"$work/signature"
    # An Ed25519 key in SubjectPublicKeyInfo (RFC 8410): twelve bytes before the 32 of the key.
    printf '302a300506032b6570032100%s' "${key#ed25519:}" | xxd -r -p >"$work/key.der"
    if openssl pkeyutl -verify -pubin -inkey "$work/key.der" -keyform DER -rawin -in "$work/signed" -sigfile "$work/signature" >/dev/null 2>&1; then
        echo "$key: verified"
    else
        echo "$key: NO SIGNATURE THAT VERIFIES"
        code=1
    fi
done
exit "$code"
