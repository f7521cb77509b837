print "1..3\nok\nok\nok - three\n";
