# Every test program asserts something.
mute=$(find tests -name 'test_*.c' -exec grep -LE 'assert_|expect|fail_msg' {} +)
[ -z "$mute" ] || { printf 'asserts nothing: %s\n' $mute; exit 1; }
