# Version 13, with YAML and a failure.
print "TAP version 13\n1..2\nok 1 - one\n  ---\n  message: not ok\n  ...\nnot ok 2 - two\n  ---\n  got: 1\n  ...\n";
