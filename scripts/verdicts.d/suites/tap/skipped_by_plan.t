# The plan skips the whole file.
print "1..0 # SKIP no network\n";
