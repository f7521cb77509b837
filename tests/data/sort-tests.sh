#!/bin/sh
# Ten tests of sort(1). Their results go to descriptor 3:
#
#     subunit-exec --fd 3 -- sh sort-tests.sh | subunit-ls -l

export LC_ALL=C
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work" || exit 2

# check ID COMMAND...: runs COMMAND as a test. Status 77 is a skip. What it
# prints is attached. With known_bug=yes it is expected to fail.
check() {
    id=sort.$1
    shift
    subunit-output --inprogress "$id" >&3
    printf 'pear\nfig\n10\n9\nfig\n' > words # The fixture.
    ("$@") > log 2>&1
    case $?-${known_bug:-no} in
        77-*) status=--skip name=reason ;;
        0-no) status=--success name=log ;;
        0-yes) status=--uxsuccess name=log ;;
        *-yes) status=--xfail name=log ;;
        *) status=--fail name=log failures=$((failures + 1)) ;;
    esac
    set --
    [ -s log ] && set -- --attach-file log --file-name $name --mimetype 'text/plain;charset=utf8'
    subunit-output $status "$id" "$@" >&3
}

# is EXPECTED GOT, on one line each.
is() {
    got=$(echo $2)
    [ "$1" = "$got" ] || { echo "expected '$1', got '$got'"; exit 1; }
}

skip() {
    echo "$1"
    exit 77
}

lines() { is '10 9 fig fig pear' "$(sort words)"; }
reverse() { is 'pear fig fig 9 10' "$(sort -r words)"; }
numbers() { is '9 10' "$(grep '[0-9]' words | sort -n)"; }
once() { is '10 9 fig pear' "$(sort -u words)"; }
output() { sort -o words words && is '10 9 fig fig pear' "$(cat words)"; }
check_option() { sort -c words; is 1 $?; }
missing_file() { sort no-such-file; is 2 $?; }
in_place() { sort words > words; is 5 "$(wc -l < words)"; }
other_system() { [ "$(uname)" = Plan9 ] || skip 'for Plan 9'; }
huge() { [ -n "$HUGE" ] || skip 'set HUGE to sort 10 GB'; }

failures=0
echo 'success: sort.lines' # Noise, which is no result.
for test in lines reverse numbers once output check_option missing_file; do
    check "$test" "$test"
done
known_bug=yes check in_place in_place
check other_system other_system
check huge huge
[ $failures = 0 ]
