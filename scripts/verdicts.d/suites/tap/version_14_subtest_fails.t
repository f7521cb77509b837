# Version 14: a subtest fails, and its parent claims to pass.
print "TAP version 14\n1..1\n# Subtest: outer\n    1..1\n    not ok 1 - inner\nok 1 - outer\n";
