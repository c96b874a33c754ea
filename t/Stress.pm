package Stress;

# Evidence put together by chance, the same for the same seed: numbers, noise,
# damage, and the rounds of a test that runs long when it is told to.
#
#	rounds(6, sub { my ($seed) = @_; ... });
#
# runs the rounds 1 to 6; MX_STRESS=N runs N of them, MX_SEED=S begins with S.
# What a round finds wrong names its seed, and with MX_KEEP=DIR leaves what
# was read in there.

use strict;
use warnings;
use Chance;
use Exporter 'import';
use Mx;
use Test::More ();

our @EXPORT = qw(any coin pick noise shuffle damage rounds sound same_bytes
    wrong keep_file);

my ($seed, $bad, @keep);

# True once in so many times.
sub coin { return any($_[0]) == 0 }

sub pick { return $_[any(scalar @_)] }

# A few random bytes again and again, so that much of it costs little.
sub noise {
	my ($n) = @_;
	my $s = join '', map { chr any(256) } 1 .. 997;

	return substr $s x ($n / 997 + 1), any(400), $n;
}

# What happens to bytes: some turn, go, come twice, or are written over.
sub damage {
	my ($s, $times) = @_;

	for (1 .. $times) {
		my $n = length $s or last;
		my $at = any($n);
		my $len = 1 + any(pick(1, 8, 100, 5000));
		my $how = any(6);

		if ($how == 0) {
			substr($s, $at, 1) ^= chr(1 << any(8));
		} elsif ($how == 1) {
			substr($s, $at, $len) = '';
		} elsif ($how == 2) {
			substr($s, $at, 0) = substr $s, any($n), $len;
		} elsif ($how == 3) {
			$len = $n - $at if $len > $n - $at;
			substr($s, $at, $len) = pick("\0", "\xff", ' ', "\n", '9') x $len;
		} elsif ($how == 4) {
			substr($s, $at, 0) = noise($len);
		} else {
			substr($s, $at, 1) = chr any(256);
		}
	}
	return $s;
}

sub rounds {
	my ($n, $round) = @_;
	my $first = $ENV{MX_SEED} || 1;

	$n = $ENV{MX_STRESS} || $n;
	for my $i ($first .. $first + $n - 1) {
		$seed = $i;
		seed($seed * 7919);
		$bad = 0;
		@keep = ();
		$round->($seed);
		Test::More::ok(!$bad, "seed $seed");
	}
	return;
}

# What to leave behind when this round goes wrong.
sub keep_file { push @keep, @_ }

sub wrong {
	my ($what, @more) = @_;

	Test::More::diag("seed $seed: $what", map { "\n    $_" } @more);
	if (!$bad++ && defined $ENV{MX_KEEP}) {
		system('cp', '-r', $_, "$ENV{MX_KEEP}/$seed-" . s{.*/}{}r) for @keep;
	}
	return 0;
}

# Ends by itself, with a status of a tool, and without a sanitizer's word.
sub sound {
	my ($what, $r, @status) = @_;

	@status = (0, 1, 2) if !@status;
	return 1 if (grep { $r->{status} eq $_ } @status) &&
	    $r->{err} !~ /Sanitizer|runtime error/;
	my @err = @{$r->{errs}};
	return wrong("$what: status $r->{status}", @err > 12 ? @err[0 .. 11] : @err);
}

# The same bytes; else the first line that is not.
sub same_bytes {
	my ($what, $got, $want) = @_;

	return 1 if $got eq $want;
	my @g = split /\n/, $got;
	my @w = split /\n/, $want;
	my $i = 0;
	$i++ while $i < @g && $i < @w && $g[$i] eq $w[$i];
	return wrong("$what: line $i of " . @w, 'got  ' . ($g[$i] // '-'), 'want ' . ($w[$i] // '-'));
}

1;
