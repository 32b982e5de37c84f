// Verifies a DSSE envelope with nothing but Go's standard library: main.go ENVELOPE KEY..., each KEY as ed25519:<64 hex>.
// Exit code 0 if each of the keys has signed what the envelope holds.
package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// encoding/json reads base64 into byte slices.
type envelope struct {
	Payload     []byte `json:"payload"`
	PayloadType string `json:"payloadType"`
	Signatures  []struct {
		KeyID string `json:"keyid"`
		Sig   []byte `json:"sig"`
	} `json:"signatures"`
}

// signed is DSSE's pre-authentication encoding.
func (e envelope) signed() []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
}

func (e envelope) signedBy(key string) bool {
	public, err := hex.DecodeString(strings.TrimPrefix(key, "ed25519:"))
	if err != nil || len(public) != ed25519.PublicKeySize {
		return false
	}
	for _, signature := range e.Signatures {
		if signature.KeyID == key && ed25519.Verify(public, e.signed(), signature.Sig) {
			return true
		}
	}
	return false
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: main.go ENVELOPE KEY...")
		os.Exit(2)
	}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var read envelope
	if err := json.Unmarshal(data, &read); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := 0
	for _, key := range os.Args[2:] {
		if read.signedBy(key) {
			fmt.Println(key + ": verified")
		} else {
			fmt.Println(key + ": NO SIGNATURE THAT VERIFIES")
			code = 1
		}
	}
	os.Exit(code)
}
