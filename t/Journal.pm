package Journal;

# systemd journal files for tests: made by systemd-journal-remote from what
# journalctl would export, read by journalctl.  Files lie in $dir.

use strict;
use warnings;
use Exporter 'import';
use JSON::PP ();
use Mx;
use Time::Local 'timegm';

our @EXPORT = qw($dir $json $clock can_make entry journal export record plain
    events objects lab_export);
our $dir = dir();
our $json = JSON::PP->new->canonical;

my $remote = '/lib/systemd/systemd-journal-remote';

sub can_make {
	return -x $remote;
}

# Entries as journalctl exports them, a second apart.
our $clock = timegm(0, 0, 10, 1, 8, 2026);
my $boot = '4f' x 16;

sub entry {
	my ($id, $pid, $text, %more) = @_;
	my ($prog) = $id =~ m{([^/]+)$};
	my %f = (_TRANSPORT => 'syslog', PRIORITY => 6, SYSLOG_FACILITY => 2,
	    SYSLOG_IDENTIFIER => $id, SYSLOG_PID => $pid, _PID => $pid,
	    _UID => 110, _COMM => $prog, _HOSTNAME => 'mx', MESSAGE => $text,
	    _EXE => "/usr/lib/postfix/sbin/$prog", %more);
	my $s;

	$clock += 1;
	$f{_SOURCE_REALTIME_TIMESTAMP} //= "${clock}000111"
	    unless exists $f{_SOURCE_REALTIME_TIMESTAMP};
	$s = "__REALTIME_TIMESTAMP=${clock}000123\n" .
	    "__MONOTONIC_TIMESTAMP=${clock}\n_BOOT_ID=$boot\n";
	for my $k (sort grep { defined $f{$_} } keys %f) {
		$s .= $f{$k} =~ /[^\x20-\x7e]/ ?
		    "$k\n" . pack('Q<', length $f{$k}) . "$f{$k}\n" :
		    "$k=$f{$k}\n";
	}
	return "$s\n";
}

# A journal of these entries.
sub journal {
	my ($name, $export, %kind) = @_;
	my $r = sh($remote, '-o', "$dir/$name", '--compress=' .
	    ($kind{compress} // 1 ? 'yes' : 'no'), '-', { in => $export, env => {
	    SYSTEMD_JOURNAL_KEYED_HASH => $kind{keyed} // 1,
	    SYSTEMD_JOURNAL_COMPACT => $kind{compact} // 0 } });

	die "$remote: $r->{err}" if $r->{status} ne '0';
	return "$dir/$name";
}

sub export {
	return sh('journalctl', '-q', '-o', 'export',
	    map { "--file=$_" } @_)->{out};
}

# A record; bytes that are not UTF-8 stand as lone surrogates.
sub record {
	my ($line) = @_;

	$line =~ s/\\(udc[89a-f][0-9a-f])/<$1>/g;
	return $json->decode($line);
}

# Records, without where they stand.
sub plain {
	my ($text) = @_;

	return join '', map {
		my $r = record($_);

		$r->{type} =~ /^(?:source|coverage)$/ ? () : do {
			delete @$r{qw(src off len line refs seqnum tls_src
			    tls_off tls_len)};
			$json->encode($r) . "\n";
		}
	} split /^/, $text;
}

sub events {
	return grep { $_->{type} eq 'event' } map { record($_) }
	    split /^/, $_[0];
}

# The objects of a journal: [offset, type, flags, size].
sub objects {
	my ($bytes) = @_;
	my ($at, $tail) = (unpack('Q<', substr $bytes, 88, 8),
	    unpack('Q<', substr $bytes, 136, 8));
	my @o;

	while ($at <= $tail) {
		my ($t, $f, $n) = unpack 'CCx6Q<', substr $bytes, $at, 16;

		push @o, [$at, $t, $f, $n];
		$at = int(($at + $n + 7) / 8) * 8;
	}
	return @o;
}


# What a real Postfix logged, whatever its stamps.
sub lab_export {
	my $s = '';

	for my $f (@_) {
		for (split /\n/, slurp("samples/lab/$f.log")) {
			next unless /^(?:\w{3} +\d+ [\d:]{8}|\S+) (\S+) ([^\[\s]+)\[(\d+)\]: (.*)$/;
			$s .= entry($2, $3, $4, _HOSTNAME => $1);
		}
	}
	return $s;
}

1;
