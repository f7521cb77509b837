# Numbers have leading zeros.
print "1..02\nok 1\nok 02\n";
