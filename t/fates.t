#!/usr/bin/perl

# What became of mail that expires, all or in part, of bounces that soft_bounce
# puts off, and of what Postfix writes to the postmaster.  samples/site/fates.log
# is a real Postfix's; what happened is known from who sent what to whom.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my $log = 'samples/site/fates.log';
my $text = slurp($log);

# Records of that type, by a key.
sub trace {
	my ($type, $key, $in) = @_;
	my %r;

	push @{$r{$_->{$key} // ''}}, $_ for grep { $_->{type} eq $type } map { $js->decode($_) }
	    split /\n/, run('mxtrace', '-q', '-', { in => $in })->{out};
	return \%r;
}

my $m = trace('message', 'message_id', $text);
for my $c ([ 'expired-some', 'mixed', 'expired' ], [ 'expired-all', 'expired' ],
    [ 'expired-bounced', 'expired' ], [ 'soft-all', 'bounced' ], [ 'soft-some', 'mixed' ],
    [ 'warm', 'sent' ]) {
	my ($id, $status, $note) = @$c;
	my $r = $m->{"<$id\@t>"}[0];

	is("$r->{status} " . ($note // 'none'), "$status " . ($r->{note} // 'none'), $id);
}

my %total = map { m{^(?|"([^"]+)"|([^",]+)),(\d+)} ? ($1 => $2) : () } split /\n/,
    run('mxreport', '-q', '-p', 'no-plaintext', '-o', 'csv', '--table', 'totals', $log)->{out};
is($total{'deferred (attempts)'}, 14, 'four deferrals and ten soft bounces') or diag(explain(\%total));
is($total{bounced}, 5, 'bounced');
is((map { $total{$_} } grep { /expired/ } sort keys %total)[0], 3, 'messages expired');
is($total{'messages in, notices by Postfix'}, 8, 'notices, one to the postmaster by smtpd');
is($total{'messages in, arrival not in the evidence'}, 0, 'all arrivals are in the evidence');

# smtpd tells the postmaster of a refusal (notify_classes = policy).
my $id = '4jczJS6C3Mz1nFpt';
sub posted {
	my ($in) = @_;
	my ($r) = grep { $_->{from} eq 'double-bounce@mx.test' && $_->{qid} eq $id }
	    map { @$_ } values %{trace('message', 'qid', $in)};

	return join ' ', map { $_ // '-' } @$r{qw(tls tls_proof tls_why missing)};
}
is(posted($text), 'local inferred internal -', 'to the postmaster');
(my $near = $text) =~ s/<$id\@mx/<20261129202850.$id\@mx/;
is(posted($near), 'local inferred internal -', 'the Message-ID of short queue IDs');
($near = $text) =~ s/<$id\@mx/<4jczJS6C3Mz1nFpx\@mx/;
is(posted($near), 'unknown - no-arrival arrival', 'near miss: a Message-ID of elsewhere');
($near = $text) =~ s/<$id\@mx/<x$id\@mx/;
is(posted($near), 'unknown - no-arrival arrival', 'near miss: it only ends like that');
($near = $text) =~ s/^.*cleanup.*: $id: .*\n//m;
is(posted($near), 'unknown - no-arrival arrival', 'near miss: cleanup was not seen');
($near = $text) =~ s/^(.*)(postfix\/)cleanup(\S+ $id: )(.*\n)/$1$2smtpd$3client=b.test[192.0.2.1]\n$&/m;
unlike(posted($near), qr/internal/, 'near miss: a client brought it');

done_testing();
