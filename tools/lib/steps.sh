# shellcheck shell=bash
# Named steps with their times, and the count of tests. To be sourced after setup.sh.

step_lines=()
step_name=
all_steps_passed=false
tests_passed=0
tests_failed=0
tests_counted=false

# Runs a command as a named step; the script ends at the first that fails. Arguments: the name, the command.
step() {
    step_name=$1
    shift
    printf '\n== %s\n' "$step_name" >&2
    local began=$SECONDS
    # Not in a condition, which would switch `set -e` off inside.
    "$@"
    step_lines+=("$(printf '%6d s  %s' $((SECONDS - began)) "$step_name")")
}

# Runs a test runner, shows what it prints, and adds its passed and failed tests to the totals.
# Arguments: nextest or libtest (how it reports), the command.
counted() {
    local form=$1 output status=0
    shift
    output=$(mktemp)
    "$@" 2>&1 | tee "$output" >&2 || status=$?
    count_tests "$form" "$output" || status=1
    rm -f "$output"
    return "$status"
}

# Adds up what a runner reported. Fails if it reported nothing: tests that did not run have not passed.
count_tests() {
    local plain sums
    plain=$(sed 's/\x1b\[[0-9;]*m//g' "$2")
    case $1 in
    # Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped
    nextest) sums=$(awk '/^ *Summary \[/ { seen = 1; for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) passed += $(i - 1); if ($i ~ /^(failed|timed)/) failed += $(i - 1) } }
        END { if (seen) print passed + 0, failed + 0 }' <<<"$plain") ;;
    # test result: ok. 3 passed; 0 failed; 0 ignored; …
    libtest) sums=$(awk '/^test result:/ { seen = 1; for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed;/) passed += $(i - 1); if ($i ~ /^failed;/) failed += $(i - 1) } }
        END { if (seen) print passed + 0, failed + 0 }' <<<"$plain") ;;
    *) fail "no such form of report: $1" ;;
    esac
    [ -n "$sums" ] || {
        note "the test runner reported no result"
        return 1
    }
    tests_passed=$((tests_passed + ${sums% *}))
    tests_failed=$((tests_failed + ${sums#* }))
    tests_counted=true
}

# The last lines, also after a failure. For an EXIT trap.
finish() {
    local status=$?
    printf '\n' >&2
    [ "${#step_lines[@]}" -eq 0 ] || printf '%s\n' "${step_lines[@]}" >&2
    printf '%6d s  in all\n' "$SECONDS" >&2
    if $all_steps_passed; then
        printf 'All steps passed.\n' >&2
    else
        printf 'FAILED: %s\n' "${step_name:-start}" >&2
        [ "$status" -ne 0 ] || status=1
    fi
    $tests_counted && printf '%d passed, %d failed\n' "$tests_passed" "$tests_failed"
    exit "$status"
}
