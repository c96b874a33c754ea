#!/usr/bin/perl

# Messages in raw bytes, that are no queue files: as they lie in a Maildir and
# in an mbox.  The messages are those of a real Postfix.

use strict;
use warnings;
use Test::More;
use lib 't';
use Mx;

my $dir = dir();
chmod 0755, $dir;	# Postfix must get in
my $x = 3;

sub any { $x = ($x * 1103515245 + 12345) & 0x7fffffff; return ($x >> 8) % $_[0] }
sub noise { return join '', map { chr any(256) } 1 .. $_[0] }
sub pad { return $_[0] . "\0" x (-length($_[0]) % 512) }

sub records {
	my ($image, @o) = @_;
	my $r = run('mxcarve', @o, put("$dir/i.img", $image));

	return decoded($r->{out});
}

sub files { return grep { $_->{type} eq 'file' && ($_->{format} // '') =~ /^(rfc822|mbox)$/ } records(@_) }

my $mail = run('mxqueue', '--message', 'samples/queue/400008000D')->{out};
like($mail, qr/\AReceived: from mx.*\n\tby relay/, 'a message');

subtest 'one' => sub {
	my $image = "\0" x 512 . pad("Return-Path: <ann\@sender.example>\n$mail") . "\0" x 512;
	my @r = records($image);
	my ($f) = grep { $_->{type} eq 'file' } @r;
	my ($e) = grep { $_->{type} eq 'event' } @r;

	is("$f->{format} $f->{off} $f->{note}", 'rfc822 512 body-estimated', 'a file');
	is(substr($image, $f->{off}, $f->{len}), "Return-Path: <ann\@sender.example>\n$mail", 'its bytes');
	is(join('|', @$f{qw(from subject message_id time)}), 'ann@sender.example|lunch|<1@sender.example>|2026-03-01T12:01:00Z', 'what its header says');
	is(join('|', @$e{qw(event by client_addr helo protocol orig_queue_id tls time)}),
	    'received|relay.example.org|192.0.2.7|mx.sender.example|ESMTPS|400008000D|encrypted|2026-03-01T12:01:00Z', 'its hop');
	ok($e->{claim}, 'which is a claim');
	like(substr($image, $e->{off}, $e->{len}), qr/\AReceived: from mx.*\+0000 \(UTC\)\z/s, 'at its place');
	my $crlf = $mail =~ s/\n/\r\n/gr;
	($f) = files("\0" x 512 . pad($crlf));
	is($f->{len}, length $crlf, 'with CRLF');
	($f) = files(noise(512) . pad($mail));
	is($f->{off}, 512, 'where a file begins, whatever is before it');
};

subtest 'near misses' => sub {
	my %miss = (
		'within a line' => $mail =~ s/^Received/> Received/mr,
		'a date that is none' => $mail =~ s/Sun, 01 Mar 2026/Sun, 41 Mar 2026/r,
		'no host' => $mail =~ s/\n\tby relay[^;]*;/;/r,
		'no other field' => $mail =~ s/^(From|To|Subject|Message-Id): .*\n//gmr,
		'prose' => "Received: by post\nfrom the sender, by the office; today\n\nFrom: here\n",
		'a field cut by a zero' => $mail =~ s/\tby/\tb\0y/r,
	);
	is(scalar(files("\0" x 512 . pad($miss{$_}))), 0, $_) for sort keys %miss;
	is(scalar(files(pad(slurp('samples/queue/400008000D')))), 0, 'in a queue file');
	my ($f) = files("\0" x 512 . pad($mail =~ s/\n\n.*//sr));
	is("$f->{note} $f->{confidence}", 'header-cut low', 'without the end of a header');
};

if ($> != 0 || system('t/lab/mails', "$dir/lab", 24) != 0) {
	note('no Postfix, or not root: not tried on many');
	done_testing();
	exit 0;
}
mkdir "$dir/etc";
put("$dir/etc/main.cf", "compatibility_level = 3.6\n");
my @mail = map { sh('postcat', '-c', "$dir/etc", '-bh', $_)->{out} } glob "$dir/lab/files/*";

subtest 'a Maildir' => sub {
	my $image = join '', map { noise(512 * any(3)), pad($_) } @mail;
	my @f = files($image);
	my %at = map { (index($image, $_) => $_) } @mail;

	is(scalar(@f), scalar(@mail), 'each message');
	is(scalar(grep { exists $at{$_->{off}} } @f), scalar(@mail), 'where it begins');
	is(scalar(grep { substr($image, $_->{off}, $_->{len}) ne ($at{$_->{off}} // '') } @f), 0, 'and to its end');
	is(scalar(grep { $_->{note} eq 'body-delimiter' } @f), scalar(grep { /boundary=/ } @mail), 'known where it has parts');
};

subtest 'an mbox' => sub {
	my $box = join '', map { "From ann\@example.com Sun Mar  1 12:00:00 2026\n" . s/^(>*From )/>$1/gmr . "\n" } @mail;
	my $image = "\0" x 512 . pad($box);
	my @f = files($image);
	my $off = 512;

	is(scalar(@f), scalar(@mail), 'each message');
	is(scalar(grep { $_->{format} ne 'mbox' } @f), 0, 'of an mbox');
	is(scalar(grep { substr($image, $_->{off}, 5) ne 'From ' } @f), 0, 'from its first line');
	is(scalar(grep { substr($image, $_->{off}, $_->{len}) =~ /\n\nFrom ann/ } @f), 0, 'and not into the next');
};

subtest 'queue files beside it' => sub {
	my @q = map { slurp($_) } glob "$dir/lab/files/*";
	my @r = records(join '', map { pad($_) } @q, @mail);

	is(scalar(grep { $_->{type} eq 'file' && $_->{recovered} } @r), scalar(@q), 'each file is one');
	is(scalar(grep { $_->{type} eq 'file' && !$_->{recovered} } @r), scalar(@mail), 'each message, too');
};

done_testing();
