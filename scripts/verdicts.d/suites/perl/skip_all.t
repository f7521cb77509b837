# All of the script is skipped.
use Test::More skip_all => 'no network';
