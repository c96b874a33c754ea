package Chance;

# Numbers that look random and are the same everywhere.
#
#	seed(5);	begin anew; 1 at the start
#	any(6)		0 to 5
#	shuffle(@v)
#	noise(100, 7)	bytes, at least 100, by a seed of their own

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(any seed shuffle);
our @EXPORT_OK = qw(noise);

my $x = 1;

sub seed {
	($x) = @_;
	return;
}

sub any {
	my ($n) = @_;

	$x = ($x * 1103515245 + 12345) & 0x7fffffff;
	return ($x >> 8) % $n;
}

sub shuffle {
	my @v = @_;

	for my $i (reverse 1 .. $#v) {
		my $j = any($i + 1);
		@v[$i, $j] = @v[$j, $i];
	}
	return @v;
}

sub noise {
	my ($n, $own) = @_;
	my $s = '';

	srand $own;
	$s .= pack 'L', int rand 2 ** 32 while length $s < $n;
	return $s;
}

1;
