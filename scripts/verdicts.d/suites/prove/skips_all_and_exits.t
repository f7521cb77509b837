# A script that skips all of its tests exits with another status than 0.
print "1..0 # SKIP no network\n";
exit 3;
