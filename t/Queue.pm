package Queue;

# Queue files for tests: their records as bytes, and back.

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(encode decode called);

# The bytes of a queue file of these records; C, of so many bytes, is made
# anew, its fields moved by those of @$move.
sub encode {
	my ($rec, $width, $move) = @_;
	my ($out, $m, $x, $n) = ('', 0, 0, 0);

	for my $r (['C', ' ' x $width], @$rec) {
		my ($t, $d) = @$r;
		my ($len, $v) = (length $d, '');

		$x = length $out if $t eq 'X';
		$n++ if $t =~ /^[RD\/]$/;
		do {
			$v .= chr(($len & 127) | ($len > 127 ? 128 : 0));
			$len >>= 7;
		} while $len > 0;
		$out .= "$t$v$d";
		$m = length $out if $t eq 'M';
	}
	my @c = ($x - $m, $m, $n, 0, $x - $m, 0);
	$c[$_] += $move->[$_] // 0 for 0 .. 5;
	substr $out, 2, $width, join ' ', map { sprintf '%15d', $move->[6] // $_ } @c[0 .. ($width + 1) / 16 - 1];
	return $out;
}

# The records of a queue file without pointers, but for its C.
sub decode {
	my ($bytes) = @_;
	my ($pos, @rec) = (0);

	while ($pos < length $bytes) {
		my ($t, $len, $shift, $b) = (substr($bytes, $pos++, 1), 0, 0);

		do {
			$b = ord substr $bytes, $pos++, 1;
			$len |= ($b & 127) << $shift;
			$shift += 7;
		} while $b & 128;
		push @rec, [$t, substr $bytes, $pos, $len] if $t ne 'C';
		$pos += $len;
	}
	return \@rec;
}

# That file under another queue ID, made at another time.
sub called {
	my ($bytes, $old, $new, $created) = @_;
	my $rec = decode($bytes);

	for my $r (@$rec) {
		$r->[1] =~ s/^(log_ident=|.* id )\Q$old\E/$1$new/ if $r->[0] =~ /[AN]/;
		$r->[1] =~ s/^create_time=.*/create_time=$created/ if $r->[0] eq 'A';
	}
	return encode($rec, 95);
}

1;
