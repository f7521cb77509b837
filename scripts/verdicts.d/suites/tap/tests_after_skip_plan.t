print "1..0 # SKIP no network\nok 1\n";
