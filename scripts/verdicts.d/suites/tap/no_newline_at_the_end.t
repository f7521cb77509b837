# The last test fails, in a line without an end.
print "1..2\nok 1\nnot ok 2";
