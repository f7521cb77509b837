# A script bails out when all tests of its plan have passed.
print "1..1\nok 1 - one\nBail out!  no database\n";
