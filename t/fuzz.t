#!/usr/bin/perl

# Every fuzz entry on its seeds, whole and cut short: make fuzz searches,
# this keeps what it found.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

my @names = map { m{([^/]+)\.c$} } sort glob 't/fuzz/*.c';
plan skip_all => 'no fuzz entries' unless @names;
if (!$ENV{MX_BUILT}) {
	my @san = sanitized() ? ('SAN=1') : ();

	delete $ENV{MAKEFLAGS};
	is(system('make', '-s', '-k', '-j2', @san, 'replays'), 0, 'built');
}
for my $name (@names) {
	my @seeds = grep { -f } sort glob "t/fuzz/seeds/$name/*";

	cmp_ok(scalar @seeds, '>', 0, "$name has seeds");
	my $r = sh("$Mx::bin/obj/t/replay/$name", @seeds);
	is($r->{status}, 0, "$name: its seeds") or
	    diag((split /\n/, $r->{out})[-1] // '', "\n$r->{err}");
}
done_testing();
