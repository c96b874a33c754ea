package Lab::Dns;

# A name server for the bed, on 127.0.0.1 port 53 (UDP, which is enough for
# answers this small).  It signs nothing: it says itself which answers are
# authenticated, as a validating resolver on the same host would.
#
# A zone is { name => [ [ type, value ], ... ] }; values: A an address, MX
# [preference, name], TLSA [usage, selector, matching, hex], TXT a text, CNAME
# a name.
# `secure' lists the suffixes whose answers have the AD bit.  A name that
# begins with `servfail' gets SERVFAIL if it is not in the zone, and so do the
# TLSA records of such a host; another that is absent NXDOMAIN.

use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

my %number = (A => 1, NS => 2, CNAME => 5, SOA => 6, MX => 15, TXT => 16,
    TLSA => 52);

sub start {
	my ($bed, $zone, @secure) = @_;
	my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
	    LocalPort => 53, Proto => 'udp') or die "lab: DNS: $!\n";
	my $pid = fork // die "lab: fork: $!\n";

	if ($pid == 0) {
		setpgrp;
		$SIG{TERM} = sub { POSIX::_exit(0) };
		while (1) {
			my $from = $s->recv(my $q, 4096) // next;
			my $a = answer($q, $zone, \@secure);
			$s->send($a, 0, $from) if defined $a;
		}
	}
	close $s;
	push @{$bed->{pids}}, $pid;
}

sub wire {
	my ($name) = @_;

	return join('', map { pack 'C/a', $_ } split /\./, $name) . "\0";
}

sub data {
	my ($type, $v) = @_;

	return pack 'C4', split /\./, $v if $type eq 'A';
	return pack('n', $v->[0]) . wire($v->[1]) if $type eq 'MX';
	return pack('C3', @$v[0 .. 2]) . pack('H*', $v->[3]) if $type eq 'TLSA';
	return pack 'C/a', $v if $type eq 'TXT';
	return wire($v);
}

# The answer to a query, or nothing if it is none.
sub answer {
	my ($q, $zone, $secure) = @_;
	my ($id, $flags, $n) = unpack 'n3', $q;

	return if length $q < 17 || $n != 1 || $flags & 0x8000;
	my ($pos, @label) = (12);
	while (my $len = unpack "x$pos C", $q) {
		return if $len > 63 || $pos + $len + 6 > length $q;
		push @label, lc substr $q, $pos + 1, $len;
		$pos += $len + 1;
	}
	my $name = join '.', @label;
	my ($type) = unpack 'n', substr $q, $pos + 1, 2;
	my $question = substr $q, 12, $pos + 5 - 12;
	# Postfix asks for the root's name servers to see whether the
	# resolver validates
	my $rr = $name eq '' ? [ [ 'NS', 'ns.example' ] ] : $zone->{$name};
	my $ad = $name eq '' || grep { $name =~ /(?:^|\.)\Q$_\E\z/ } @$secure;
	my $below = grep { /\.\Q$name\E\z/ } keys %$zone;
	my $rcode = $name =~ /_tcp\.servfail/ || !$rr && $name =~ /^servfail/ ? 2
	    : $rr || $below ? 0 : 3;
	my @an = $rcode ? () : map {
		my $d = data(@$_);
		"\xc0\x0c" . pack('nnNn', $number{$_->[0]}, 1, 60, length $d) . $d;
	} grep { $number{$_->[0]} == $type } @{$rr // []};

	return pack('n6', $id, 0x8180 | ($ad && $rcode != 2 ? 0x20 : 0) | $rcode,
	    1, scalar @an, 0, 0) . $question . join '', @an;
}

1;
