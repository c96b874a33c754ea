#!/usr/bin/perl

# More hosts and programs than are kept: those that are known go on as
# before, the rest is told, and no line is joined to a stranger's.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my $dir = dir();
my $max = 65536;
my $q = '1E24014020A';

sub at { return sprintf '2026-09-01T10:%02d:%02dZ', $_[0] / 60, $_[0] % 60 }

# A message of a host in two halves, at those seconds.
sub first {
	my ($host, $tag) = @_;

	return at(0) . " $host $tag/pickup[3]: $q: uid=0 from=<a>\n" .
	    at(0) . " $host $tag/cleanup[4]: $q: message-id=<a\@$host>\n" .
	    at(0) . " $host $tag/qmgr[1]: $q: from=<$host\@example.org>, size=1, nrcpt=1 (queue active)\n";
}

sub second {
	my ($host, $tag) = @_;

	return at(9) . " $host $tag/smtp[7]: $q: to=<b\@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 ok)\n" .
	    at(9) . " $host $tag/qmgr[1]: $q: removed\n";
}

# What mxtrace makes of it: status, lines that say that something was lost.
sub run_on {
	my ($text) = @_;
	my $r = run('mxtrace', '-q', '--no-hash', put("$dir/log", $text));

	$r->{m} = { map { $_->{host} . '/' . $_->{instance} => $_ }
	    grep { $_->{type} eq 'message' } map { $js->decode($_) }
	    grep { /^\{"type":"message"/ } split /\n/, $r->{out} };
	$r->{counted} = 0;
	$r->{counted} += $1 while $r->{out} =~ /^\{"type":"coverage".*?"lines":(\d+)/mg;
	$r->{told} = grep { /not joined/ } @{$r->{errs}};
	return $r;
}

sub complete { my ($m) = @_; return $m ? $m->{complete} ? 1 : 0 : 'none' }

subtest 'hosts' => sub {
	for my $n ($max - 1, $max, $max + 1, $max + 50) {
		my $others = join '', map { at(5) . " h$_ sshd[1]: hello\n" } 2 .. $n - 1;
		my $text = first('h1', 'postfix') . $others .
		    first('late', 'postfix') . second('h1', 'postfix') .
		    second('late', 'postfix');
		my $r = run_on($text);
		my $fits = $n <= $max;

		is(complete($r->{m}{'h1/postfix'}), 1, "$n hosts: the first is whole");
		is($r->{m}{'h1/postfix'}{status}, 'sent', "$n hosts: and sent");
		is(complete($r->{m}{'late/postfix'}), $fits ? 1 : 'none',
		    "$n hosts: the last");
		is($r->{told}, $fits ? 0 : 1, "$n hosts: what is said");
		is($r->{status}, $fits ? 0 : 2, "$n hosts: status");
		is(scalar(grep { !m{^(?:h1|late)/} } keys %{$r->{m}}), 0,
		    "$n hosts: no message of another");
		is($r->{counted}, () = $text =~ /\n/g, "$n hosts: every line is counted");
		like($r->{err}, qr/\b5 lines were not joined/, "$n hosts: how many")
		    unless $fits;
		my ($h1) = $r->{out} =~ /^(\{"type":"coverage".*"host":"h1",.*)$/m;
		is($js->decode($h1 // '{}')->{lines}, 5, "$n hosts: all lines of the first are its own");
	}
};

subtest 'instances' => sub {
	for my $n ($max, $max + 1) {
		my $text = first('mx', 'i1') . join('', map {
		    at(5) . " mx i$_/smtpd[1]: connect from unknown[192.0.2.1]\n"
		    } 2 .. $n - 1) . first('mx', 'late') . second('mx', 'i1') .
		    second('mx', 'late');
		my $r = run_on($text);

		# There are more tags than instances, so that they are full first.
		is(complete($r->{m}{'mx/i1'}), 1, "$n instances: the first");
		is(complete($r->{m}{'mx/late'}), 'none', "$n instances: the last");
		is($r->{status}, 2, "$n instances: status");
		is($r->{told}, 1, "$n instances: told");
		is($r->{counted}, () = $text =~ /\n/g, "$n instances: every line is counted");
	}
};

done_testing;
