# Directives in upper and lower case, and with more letters.
print "1..4\nnot ok 1 - one # todo later\nok 2 # Skipped: not now\nnot ok 3 # ToDo\nok 4 - four #skip tight\n";
