print "TAP version 14\n1..1\n# Subtest: outer\n    1..1\n    not ok 1 - inner\nok 1 - outer\n";
