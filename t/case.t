#!/usr/bin/perl

# Domains and hosts have no case: what counts by them, and what is remembered
# of them, does not depend on how a sender or the DNS has written them.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my @now = ('--now', '2026-12-01T00:00:00Z');

# One relay over TLS, then in plaintext: once as it is, once in capitals.
my $rules = slurp('samples/lab/rules.log');
my $peer = 'rule-tls-lost-bad.example.net';
(my $shout = $rules) =~ s/^(.*: to=<u2-tls-lost-bad@)\Q$peer\E(>, relay=)\Q$peer\E/$1\U$peer\E$2\U$peer/m
    or BAIL_OUT('no such delivery');
my $policy = put(dir() . '/judge', "[policy]\ninclude no-plaintext\n[limits]\nloopback judge\n");

# How often each rule was broken.
sub broken {
	my ($log) = @_;
	my %n;

	$n{$_->{rule}}++ for grep { $_->{type} eq 'finding' } map { $js->decode($_) } split /\n/,
	    run('mxtls', '-q', '-p', $policy, '-', { in => $log })->{out};
	return join ' ', map { "$_ $n{$_}" } sort keys %n;
}

sub report {
	my ($log) = @_;

	return $js->decode(run('mxreport', '-q', '-p', $policy, @now, '--rows', 1000,
	    '-o', 'json', '-', { in => $log })->{out});
}

sub rows {
	my ($report, $table, @keys) = @_;

	return join "\n", sort map { my $r = $_; join ' ', map { $_ // '-' } @$r{@keys} }
	    @{$report->{$table}};
}

like(broken($rules), qr/tls-lost \d/, 'TLS was lost');
is(broken($shout), broken($rules), 'so it was at RULE-...');

my ($a, $b) = map { report($_) } $rules, $shout;
is(rows($b, 'slowest_destinations', qw(domain delivered)), rows($a, 'slowest_destinations', qw(domain delivered)),
    'destinations') or diag(join ' ', sort keys %$a);
is(rows($b, 'peers_without_tls', qw(side name hops)), rows($a, 'peers_without_tls', qw(side name hops)),
    'peers without TLS');
is(rows($b, 'domains_without_tls', qw(side name hops)), rows($a, 'domains_without_tls', qw(side name hops)),
    'domains without TLS');
is(rows($b, 'recipients', qw(address delivered)), rows($a, 'recipients', qw(address delivered)),
    'recipients');
ok($a->{slowest_destinations}[0]{domain} && $a->{peers_without_tls}[0]{name}, 'there are some');

# Near miss: a local part has case.
my $fates = slurp('samples/site/fates.log');
$fates =~ s/(expired-some.*?)<x\@r6\.test>/$1<X\@R6.test>/s or BAIL_OUT('no such recipient');
my $rcpt = rows(report($fates), 'recipients', qw(address delivered));
like($rcpt, qr/^X\@r6\.test 1$/m, 'local parts have case');
like($rcpt, qr/^x\@r6\.test 1$/m, 'so that there are two');

done_testing();
