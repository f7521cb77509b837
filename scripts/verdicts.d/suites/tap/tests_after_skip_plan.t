# The plan skips the whole file, and a test follows, which is a failure.
print "1..0 # SKIP no network\nok 1\n";
