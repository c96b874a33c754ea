#!/usr/bin/perl

# The verdicts of mxtls on the excerpts in samples, under three policies,
# against the truth beside them: plaintext is a violation, a version that RFC
# 8996 forbids is one, a server that was not checked is one; what the log
# cannot tell is unknown, and nothing else is.

use strict;
use warnings;
use JSON::PP;
use Test::More;

my $bin = $ENV{MX_BIN} || 'bin';
my @truth = grep { !/rfc5424\.truth$/ } @ARGV ? @ARGV : glob 'samples/{lab,site,postfix-*}/*.truth';
plan skip_all => 'mxtls is not built' unless -x "$bin/mxtls";
plan skip_all => 'no samples' unless @truth;

my $js = JSON::PP->new->utf8;

sub lines {
	my ($open, @what) = @_;

	open my $f, $open, @what or die "@what: $!\n";
	my @l = map { $js->decode($_) } grep { /^\{/ } <$f>;
	close $f;
	return @l;
}

# What is right for a hop: violation, compliant, or undef for no hop.
my %right = (
	lab => sub {
		my ($t) = @_;
		return 'violation' if ($t->{tls_cipher} // '') =~ /^NULL/;
		return { plaintext => 'violation', encrypted => 'compliant', authenticated => 'compliant' }->{$t->{tls}};
	},
	'lab-versions' => sub {
		my ($t) = @_;
		return undef if $t->{tls} =~ /^(?:local|none-attempted|refused)$/;
		return $t->{tls} eq 'plaintext' ? 'compliant' :
		    ($t->{tls_version} // '') =~ /^TLSv1(?:\.[01])?$/ ? 'violation' :
		    defined $t->{tls_version} ? 'compliant' : undef;
	},
	'lab-secure' => sub {
		my ($t) = @_;
		return undef if $t->{expect} ne 'delivery';
		return { plaintext => 'violation', encrypted => 'violation', authenticated => 'compliant' }->{$t->{tls}};
	},
);

for my $file (@truth) {
	(my $name = $file) =~ s/\.truth$//;
	my @logs = grep { -e } "$name.log", "$name-postlogd.log";
	my @t = grep { defined $_->{message_id} && defined $_->{tls} && $_->{tls} !~ /\|/ && ($_->{expect} eq 'message' ?
	    ($_->{status} // 'rejected') ne 'rejected' : $_->{expect} eq 'delivery' && $_->{status} eq 'sent') } lines('<', $file);

	for my $p (sort keys %right) {
		my @f = grep { $_->{type} eq 'finding' && $_->{qid} } lines('-|', "$bin/mxtls", '-aq', '-y', 2026,
		    '-p', "samples/policy/$p.policy", @logs);
		my ($n, @wrong) = (0);

		for my $t (@t) {
			my $want = $right{$p}->($t) // next;
			my @of = grep { ($_->{message_id} // '') eq $t->{message_id} && $_->{instance} eq $t->{instance} &&
			    ($t->{expect} eq 'delivery' ? ($_->{to} // '') eq $t->{to} && ($_->{status} // '') eq 'sent' : !exists $_->{to} && !exists $_->{relay} &&
			    (!$t->{client_addr} || ($_->{client_addr} // "") eq $t->{client_addr})) } @f;
			# A hop has one verdict; its violations come first.
			my %v = map { $_->{verdict} => 1 } grep { $_->{rule} !~ /^(?:classical-kex|no-arrival)$/ } @of;
			next if $v{violation} ? $want eq 'violation' : $v{compliant} && !$v{unknown} && $want eq 'compliant';
			# The log cannot tell (of versions and peers less than of
			# encryption), or the hop is the next host's too.
			next if $v{unknown} && ($p ne 'lab' || $t->{tls_may_be_unknown});
			next if $t->{expect} eq 'message' && !%v;
			push @wrong, "$t->{scenario} $t->{expect} $t->{message_id}: $want, got " . join(' ', sort keys %v);
		} continue {
			$n++;
		}
		ok(!@wrong, "$name, $p: $n hops") or diag(join "\n", @wrong);
	}
}
done_testing();
