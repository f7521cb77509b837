# Lines end as on Windows, and a test fails.
print "1..2\r\nok 1 - one\r\nnot ok 2 - two\r\n";
