# There is no TAP.
print "testing connection to db\nall is well\n";
