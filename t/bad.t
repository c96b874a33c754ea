#!/usr/bin/perl

# Old defects.  samples/bad/NAME.log, with its rotated part NAME.log.1 or
# NAME.log.1.gz if there is one, goes to every tool; NAME.want has a line for
# what mxtrace must find: an object whose keys are in some record, null for
# a key that must be absent, {"not":VALUE} for one that must be another.
# "count" is how many records have the keys besides, all with another value
# of the key "distinct".  {"args":[...]} are the options
# instead of -y 2026 -z UTC, {"status":N} is the exit status, 0 without.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my @logs = sort glob 'samples/bad/*.log';

plan skip_all => 'no old defects' unless @logs;

sub files {
	my ($log) = @_;

	return grep { -e } "$log.1.gz", "$log.1", $log;
}

sub fits {
	my ($want, $got) = @_;

	for my $k (keys %$want) {
		next if $k eq 'count' || $k eq 'distinct';
		my ($w, $g) = ($want->{$k}, $got->{$k});

		if (!defined $w) {
			return 0 if defined $g;
		} elsif (ref $w eq 'HASH') {
			return 0 if defined $g && $g eq $w->{not};
		} else {
			return 0 if !defined $g || $g ne $w;
		}
	}
	return 1;
}

# What is wanted and not there, in words; empty if it is.
sub misses {
	my ($want, @got) = @_;
	my @fit = grep { fits($want, $_) } @got;

	return @fit ? '' : 'no such record' if !defined $want->{count};
	return scalar(@fit) . ' records' if @fit != $want->{count};
	my %seen = map { ($_->{$want->{distinct}} // '') => 1 } @fit;
	return keys %seen == @fit ? '' : "$want->{distinct} is not distinct";
}

for my $log (@logs) {
	(my $name = $log) =~ s{.*/|\.log$}{}g;
	my @want = map { $js->decode($_) } split /\n/,
	    slurp($log =~ s/\.log$/.want/r);
	my ($args) = grep { $_->{args} } @want;
	my ($status) = grep { exists $_->{status} && keys %$_ == 1 } @want;
	my @args = ('-q', $args ? @{$args->{args}} :
	    ('-y', 2026, '-z', 'UTC'));
	my $r = run('mxtrace', @args, files($log));
	my @got = map { s/(?<!\\)((?:\\\\)*)\\ud[c][89a-f][0-9a-f]/$1?/gir }
	    split /\n/, $r->{out};

	is($r->{status}, $status ? $status->{status} : 0, "$name: status");
	@got = map { $js->decode($_) } @got;
	for my $w (@want) {
		next if $w->{args} || keys %$w == 1;
		my $miss = misses($w, @got);
		is($miss, '', "$name: " . $js->canonical->encode($w)) or
		    diag($r->{out});
	}
	for my $tool (tools()) {
		next if $tool eq 'mxtrace';
		my @t = $tool eq 'mxgrep' ? ('tls=plaintext') :
		    $tool =~ /^mx(?:tls|report)$/ ? ('-p', 'strict') : ();
		my $r = run($tool, @t, files($log));
		like($r->{status}, qr/^[012]$/, "$tool $name");
	}
}

done_testing();
