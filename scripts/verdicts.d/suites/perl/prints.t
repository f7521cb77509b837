# Passing tests print prose, diagnostics and things that look like TAP but are indented by a tab.
use Test::More tests => 2;
$| = 1;
note "a note\nof two lines";
print "testing connection to db\nerror: no such file\nok then\n";
print "\tok 5 - in a tab\n\tnot ok 6\n\t1..3\n\tBail out!\n";
ok 1, 'one';
diag 'a warning';
print "  half indented\ntime taken: 3 s\n";
ok 1, 'two';
