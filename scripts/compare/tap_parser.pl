# Says of each TAP file named what TAP::Parser, the parser of Test::Harness, makes of it: an object on a line.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my $json = JSON::PP->new->canonical;
local $SIG{__WARN__} = sub { };
for my $path (@ARGV) {
    open my $file, '<:raw', $path or die "$path: $!";
    my $tap = do { local $/; <$file> };
    # It refuses to be made for nothing at all.
    my $parser = TAP::Parser->new( { tap => length $tap ? $tap : "\n" } );
    my ( @points, $has_bailed_out );
    while ( my $result = $parser->next ) {
        push @points, $result->is_ok ? JSON::PP::true : JSON::PP::false if $result->is_test;
        last if $has_bailed_out = $result->is_bailout;
    }
    # The harness gives up where one script bails out; the parser itself does not mind.
    my $is_ok = !$has_bailed_out && !$parser->has_problems;
    print $json->encode( { path => $path, points => \@points, ok => $is_ok ? JSON::PP::true : JSON::PP::false } ), "\n";
}
