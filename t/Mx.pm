package Mx;

# What the tests share: running a tool with its output, diagnostics and
# status kept apart, and small logs to feed it.
#
#	my $r = run('mxtrace', '--year', 2026, $file);
#	my $r = run('mxtrace', '-', { in => $text, env => { TZ => 'UTC' } });
#
# $r->{out}, $r->{err} are bytes, $r->{errs} the lines of err, $r->{status}
# the exit status, or "signal N", or "hangs".  The tools are those in the
# directory MX_BIN, or bin; the tests run from the root of the tree.

use strict;
use warnings;
use Cwd ();
use Exporter 'import';
use File::Temp;
use JSON::PP ();
use POSIX ();
use Test::More ();

our @EXPORT = qw(run sh tools tool_path sanitized slurp put without dir
    big_log decoded $log $other);
our @EXPORT_OK = qw(cmd trace line lines long_id);
our $bin = Cwd::abs_path($ENV{MX_BIN} || 'bin') || 'bin';
# Seconds after which a tool hangs; those with sanitizers are slow.
our $limit = $ENV{MX_LIMIT} || ($bin =~ m{/san$} ? 480 : 120);

# One message in over TLS, two recipients out, a reject; a deferral; one in
# plaintext and a bounce, of the same sender.
our $log = <<'LOG';
Sep  1 10:04:04 mx postfix/smtpd[100]: connect from client.example.net[192.0.2.10]
Sep  1 10:04:04 mx postfix/smtpd[100]: Anonymous TLS connection established from client.example.net[192.0.2.10]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256
Sep  1 10:04:05 mx postfix/smtpd[100]: NOQUEUE: reject: RCPT from client.example.net[192.0.2.10]: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in virtual mailbox table; from=<ann@example.net> to=<nobody@example.com> proto=ESMTP helo=<client.example.net>
Sep  1 10:04:05 mx postfix/smtpd[100]: 1E240140202: client=client.example.net[192.0.2.10]
Sep  1 10:04:05 mx postfix/cleanup[101]: 1E240140202: message-id=<20260901.1@client.example.net>
Sep  1 10:04:05 mx postfix/qmgr[102]: 1E240140202: from=<ann@example.net>, size=4312, nrcpt=2 (queue active)
Sep  1 10:04:05 mx postfix/smtpd[100]: disconnect from client.example.net[192.0.2.10] ehlo=2 starttls=1 mail=1 rcpt=2/3 data=1 quit=1 commands=8/9
Sep  1 10:04:07 mx postfix/smtp[200]: Trusted TLS connection established to mx1.example.org[198.51.100.25]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
Sep  1 10:04:07 mx postfix/smtp[200]: 1E240140202: to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2.4, delays=0.6/0.01/1.2/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 3D091140203)
Sep  1 10:04:07 mx postfix/lmtp[201]: 1E240140202: to=<carl@example.com>, orig_to=<sales@example.com>, relay=mx.example.com[private/dovecot-lmtp], delay=0.9, delays=0.6/0.01/0.01/0.28, dsn=2.0.0, status=sent (250 2.0.0 <carl@example.com> Saved)
Sep  1 10:04:07 mx postfix/qmgr[102]: 1E240140202: removed
Sep  1 10:05:00 mx postfix/pickup[130]: 7A1202800001: uid=1001 from=<carl>
Sep  1 10:05:00 mx postfix/cleanup[101]: 7A1202800001: message-id=<20260901.2@mx.example.com>
Sep  1 10:05:00 mx postfix/qmgr[102]: 7A1202800001: from=<carl@example.com>, size=433, nrcpt=1 (queue active)
Sep  1 10:05:30 mx postfix/smtp[200]: 7A1202800001: to=<dora@example.org>, relay=none, delay=30, delays=0.05/0.01/30/0, dsn=4.4.1, status=deferred (connect to mail.example.org[198.51.100.40]:25: Connection timed out)
Sep  1 10:06:00 mx postfix/pickup[130]: F1206140243: uid=1000 from=<boss>
Sep  1 10:06:00 mx postfix/cleanup[101]: F1206140243: message-id=<20260901.3@mx.example.com>
Sep  1 10:06:00 mx postfix/qmgr[102]: F1206140243: from=<boss@example.com>, size=512, nrcpt=2 (queue active)
Sep  1 10:06:01 mx postfix/smtp[201]: F1206140243: to=<eve@example.net>, relay=plain.example.net[192.0.2.30]:25, delay=1.1, delays=0.1/0/0.7/0.3, dsn=2.0.0, status=sent (250 OK id=1abcDE-0001Ab-2C)
Sep  1 10:06:02 mx postfix/smtp[202]: Untrusted TLS connection established to mx1.example.org[198.51.100.25]:25: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)
Sep  1 10:06:02 mx postfix/smtp[202]: F1206140243: to=<gone@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=2.0, delays=0.1/0/1.2/0.7, dsn=5.1.1, status=bounced (host mx1.example.org[198.51.100.25] said: 550 5.1.1 <gone@example.org>: Recipient address rejected: User unknown (in reply to RCPT TO command))
Sep  1 10:06:02 mx postfix/bounce[140]: F1206140243: sender non-delivery notification: 00007140244
Sep  1 10:06:02 mx postfix/qmgr[102]: F1206140243: removed
LOG

# A log without a line of Postfix in it.
our $other = <<'LOG';
Sep  1 10:04:04 mx sshd[900]: Server listening on 0.0.0.0 port 22.
Sep  1 10:04:05 mx CRON[901]: (root) CMD (run-parts /etc/cron.hourly)
Sep  1 10:04:06 mx dovecot: imap-login: Login: user=<ann>, method=PLAIN
LOG

sub tool_path {
	my ($tool) = @_;

	return "$bin/$tool";
}

# The tools that are built here.
sub tools {
	my @t = map { m{([^/]+)\.c$} } sort glob 'src/*.c';

	return grep { -x tool_path($_) } @t;
}

sub sanitized {
	return $bin =~ m{/san$};
}

sub slurp {
	my ($path) = @_;

	open my $f, '<:raw', $path or die "$path: $!\n";
	local $/;
	my $s = <$f>;
	close $f;
	return defined $s ? $s : '';
}

sub put {
	my ($path, @text) = @_;

	open my $f, '>:raw', $path or die "$path: $!\n";
	print $f @text;
	close $f or die "$path: $!\n";
	return $path;
}

# A directory that goes away at the end.
sub dir {
	return File::Temp::tempdir('mx.XXXXXX', TMPDIR => 1, CLEANUP => 1);
}

# Records without those of these types.
sub without {
	my ($text, @types) = @_;
	my $re = join '|', @types;

	return join '', grep { !/^\{"type":"(?:$re)"/ } split /^/, $text;
}

# A number in Postfix's digits of that base, at least so many of them.
sub digits {
	my ($v, $base, $width) = @_;
	my @digit = split //, '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';
	my $s = '';

	do {
		$s = $digit[$v % $base] . $s;
		$v = int($v / $base);
	} while ($v > 0);
	return '0' x ($width > length $s ? $width - length $s : 0) . $s;
}

# The long queue ID of a file made at that time with that inode.
sub long_id {
	my ($sec, $usec, $inode) = @_;

	return digits($sec, 52, 6) . digits($usec, 52, 4) . 'z' . digits($inode, 51, 1);
}

# A log line so many seconds after ten o'clock, of the host mx.
sub line {
	my ($s, $rest, $host) = @_;

	$s += 36000;
	return sprintf "Sep %2d %02d:%02d:%02d %s %s\n", 1 + $s / 86400,
	    $s / 3600 % 24, $s / 60 % 60, $s % 60, $host // 'mx', $rest;
}

sub lines { return join '', map { line(@$_) } @_ }

# What mxtrace makes of logs, each given as a text.
sub trace {
	my @text = @_;
	my $dir = dir();
	my $n = 0;
	my $r = run('mxtrace', '-q', '-y', 2026, '-z', 'UTC',
	    map { put("$dir/" . $n++ . '.log', $_) } @text);

	Test::More::is($r->{status}, 0, 'status 0')
	    or Test::More::diag($r->{err}) if $r->{status} ne '0';
	return map { JSON::PP->new->utf8->decode($_) } split /\n/, $r->{out};
}

# The records that a tool has written, as hashes.  Bytes that are no UTF-8,
# which JSON::PP does not take, are "?" in them.
sub decoded {
	my ($out) = @_;
	my $js = JSON::PP->new->utf8;

	return map { $js->decode($_) } split /\n/,
	    $out =~ s/(?<!\\)((?:\\\\)*)\\udc[89a-f][0-9a-f]/$1?/gr;
}

# n messages, a log of about 500 n bytes; TLS was logged.
sub big_log {
	my ($n) = @_;
	my $t = 'Sep  1 10:00:00 mx postfix/smtp[201]: Trusted TLS connection '
	    . "established to mx2.example.org[198.51.100.26]:25: TLSv1.3 with "
	    . "cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n";

	for my $i (0 .. $n - 1) {
		my $q = sprintf '%05X140202', $i % 0xfffff;
		my $s = sprintf 'Sep  1 %02d:%02d:%02d mx postfix/',
		    10 + $i / 3600, $i / 60 % 60, $i % 60;

		$t .= "${s}pickup[130]: $q: uid=1001 from=<carl>\n"
		    . "${s}cleanup[101]: $q: message-id=<$i\@mx.example.com>\n"
		    . "${s}qmgr[102]: $q: from=<carl\@example.com>, size=433, nrcpt=1 (queue active)\n"
		    . "${s}smtp[200]: $q: to=<dora\@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 3D091140203)\n"
		    . "${s}qmgr[102]: $q: removed\n";
	}
	return $t;
}

# Run a command, given as a list; a reference to options may be the last.
sub sh {
	my @cmd = @_;
	my %o = ref $cmd[-1] ? %{pop @cmd} : ();
	my ($in, $out, $err) = map { File::Temp->new } 1 .. 3;
	my ($pid, $status);

	if (defined $o{in}) {
		binmode $in;
		print $in $o{in};
	}
	close $in;
	$pid = fork;
	die "fork: $!\n" unless defined $pid;
	if ($pid == 0) {
		open STDIN, '<', defined $o{in} ? "$in" :
		    defined $o{from} ? $o{from} : '/dev/null'
		    or POSIX::_exit(126);
		open STDOUT, '>', defined $o{to} ? $o{to} : "$out"
		    or POSIX::_exit(126);
		open STDERR, '>', "$err" or POSIX::_exit(126);
		for my $k (keys %{$o{env} || {}}) {
			if (defined $o{env}{$k}) {
				$ENV{$k} = $o{env}{$k};
			} else {
				delete $ENV{$k};
			}
		}
		$SIG{PIPE} = 'DEFAULT';
		if (defined $o{uid}) {
			$( = $) = "$o{uid} $o{uid}";
			POSIX::setuid($o{uid});
			POSIX::_exit(125) if $> != $o{uid};
		}
		chdir $o{cd} or POSIX::_exit(126) if defined $o{cd};
		{ no warnings 'exec'; exec { $cmd[0] } @cmd; }
		POSIX::_exit(127);
	}
	local $SIG{ALRM} = sub { die "alarm\n" };
	alarm $limit;
	eval { waitpid $pid, 0; $status = $?; };
	alarm 0;
	if (!defined $status) {
		kill 'KILL', $pid;
		waitpid $pid, 0;
		$status = 'hangs';
	} else {
		$status = $status & 127 ? 'signal ' . ($status & 127)
		    : $status >> 8;
	}
	my $e = slurp("$err");
	return { out => defined $o{to} ? '' : slurp("$out"), err => $e,
	    errs => [split /\n/, $e], status => $status };
}

# What a command that must not fail prints.
sub cmd {
	my @c = @_;
	my $r = sh(@c);

	$r->{status} eq '0' or die "@c: $r->{status} $r->{err}\n";
	return $r->{out};
}

sub run {
	my ($tool, @rest) = @_;

	return sh(tool_path($tool), @rest);
}

1;
