#!/usr/bin/perl

# Queue files beside logs in mxtrace, against what postqueue said of the same
# queue: samples/queue/standing-*.tgz were made by t/lab/standing.  Then the
# log is cut, files are taken away, put back and edited: what does not agree
# must be told, and nothing else.  STANDING=DIR: other files, made anew.

use strict;
use warnings;
use lib 't';
use JSON::PP ();
use Mx;
use Test::More;

my $dir = dir();
my %records;	# of a run

# Records by type and message: $r->{message}{ID}, $r->{delivery}{ID}[...].
sub trace {
	my ($args, %o) = @_;
	my $r = run('mxtrace', '-z', 'UTC', '-y', 2026, @$args, { %o });
	my %x = (run => $r, message => {}, delivery => {}, event => {}, file => {});

	for (split /^/, $r->{out}) {
		my $rec = JSON::PP->new->decode($_);
		my $id = $rec->{qid} // '';

		# A log of bounce or defer has a file record, too.
		next if ($rec->{format} // '') eq 'bounce-log';
		$x{$rec->{type}}{$id} = $rec if $rec->{type} =~ /^(message|file)$/;
		push @{$x{$rec->{type}}{$id}}, $rec if $rec->{type} =~ /^(delivery|event)$/;
	}
	return \%x;
}

# Messages that have contradictions, ID:words.
sub doubts {
	my ($x) = @_;

	return join ' ', map { "$_:$x->{message}{$_}{contradicts}" }
	    grep { $x->{message}{$_}{contradicts} } sort keys %{$x->{message}};
}

sub by_subject {
	my ($x) = @_;

	return map { ($x->{file}{$_}{subject} // '') => $_ } keys %{$x->{file}};
}

sub path_of {
	my ($spool, $id) = @_;
	my ($path) = grep { -f && m{/\Q$id\E$} && !m{/defer/} } glob "$spool/*/* $spool/*/*/*";

	return $path;
}

sub copy {
	my ($from, $to) = @_;

	system('cp', '-a', $from, $to) == 0 or die "cp $from: $?\n";
	return $to;
}

for my $kind ('short', 'long') {
	my $d = "$dir/$kind";

	mkdir $d;
	system('tar', '--warning=no-timestamp', '-xzf', ($ENV{STANDING} || 'samples/queue') . "/standing-$kind.tgz", '-C', $d) == 0 or die "tar: $?\n";
	my ($log, $spool) = ("$d/mail.log", "$d/spool");
	my @queue = map { JSON::PP->new->decode($_) } split /^/, slurp("$d/queue.json");
	my $both = trace([$log, $spool]);
	my %id = by_subject($both);
	my $plain = trace([$log]);
	my @lines = split /^/, slurp($log);

	is($both->{run}{status}, 0, "$kind: log and queue are read");
	is(doubts($both), '', "$kind: a log and its own queue do not contradict each other");
	is(scalar keys %{$both->{message}}, scalar keys %{$plain->{message}},
	    "$kind: each file belongs to a message of the log");

	# What postqueue says, by the log and the queue, and by the queue alone.
	for my $way (['log and queue', $both], ['queue alone', trace([$spool])]) {
		my ($name, $x) = @$way;
		my (@want, @got);

		for my $q (@queue) {
			my $m = $x->{message}{$q->{queue_id}} || {};
			my %seen = map { $_ => 1 } split ' ', $m->{to} // '';
			my %why = map { $_->{to} => $_->{reply} } grep { $_->{status} eq 'deferred' } @{$x->{delivery}{$q->{queue_id}} || []};

			push @want, join ' ', @$q{qw(queue_id queue_name sender message_size)},
			    map { "$_->{address}=" . ($_->{delay_reason} // '') } @{$q->{recipients}};
			push @got, join ' ', map({ $_ // '?' } $q->{queue_id}, @$m{qw(queue from size)}),
			    map { $_->{address} . '=' . ($why{$_->{address}} // ($seen{$_->{address}} ? '' : '?')) } @{$q->{recipients}};
		}
		is_deeply(\@got, \@want, "$kind: $name: queue, sender, size, recipients and reasons are postqueue's");
		is_deeply([map { $x->{message}{$_->{queue_id}}{pending} } @queue], [map { scalar @{$_->{recipients}} } @queue],
		    "$kind: $name: pending recipients are those of postqueue");
		is_deeply([map { $x->{message}{$_->{queue_id}}{status} // '' } @queue],
		    [map { $_->{queue_name} eq 'hold' ? 'held' : $_->{queue_id} eq $id{half} && $x == $both ? 'mixed' : 'deferred' } @queue], "$kind: $name: status");
		is_deeply([map { ($x->{message}{$_->{queue_id}}{missing} // '') . ' ' . ($x->{message}{$_->{queue_id}}{complete} // '') } @queue],
		    [map { 'removal 0' } @queue], "$kind: $name: only the removal is missing");
		is_deeply([map { int defined $x->{message}{$_->{queue_id}}{next_try} } @queue],
		    [map { int($_->{queue_name} eq 'deferred') } @queue], "$kind: $name: the next attempt of what is deferred");
		is($x->{message}{$id{half}}{done}, 1, "$kind: $name: a recipient that is done");
	}
	is((grep { $_->{to} eq 'bob@up.example.net' } @{trace([$spool])->{delivery}{$id{half}}})[0]{status}, 'done',
	    "$kind: who is done by the queue alone");

	# TLS of the arrival, which this log can only infer.
	my %tls = (secret => 'encrypted', before => 'plaintext', after => 'encrypted', 'hold-me' => 'plaintext');

	is_deeply({ map { $_ => join ' ', @{$both->{message}{$id{$_}}}{qw(tls tls_proof)} } keys %tls },
	    { map { $_ => "$tls{$_} proven" } keys %tls }, "$kind: TLS of the arrival is proven by the queue file");
	is(join(' ', @{$plain->{message}{$id{before}}}{qw(tls tls_why)}), 'encrypted starttls-count',
	    "$kind: what the log alone says of a message before STARTTLS is not so");
	my $m = $both->{message}{$id{before}};
	is($m->{tls_why}, 'received-header', "$kind: by the header");
	open my $f, '<:raw', $m->{tls_src} or die;
	seek $f, $m->{tls_off}, 0;
	read $f, my $header, $m->{tls_len};
	like($header, qr/^N.Received: from .* with ESMTP id \Q$id{before}\E/s, "$kind: whose bytes are where the record says");

	# Passed on by another system: the client and that system's client.
	my $alone = trace([$spool])->{message}{$id{forwarded}};
	is_deeply([@$alone{qw(client_name client_addr orig_client orig_queue_id message_id)}],
	    [@{$plain->{message}{$id{forwarded}}}{qw(client_name client_addr orig_client orig_queue_id message_id)}],
	    "$kind: queue and log have the same client, and the same of the system before");
	is($alone->{orig_client}, 'first.example.com[192.0.2.9]', "$kind: which is the one of XFORWARD");

	# By pipe, and in any order.
	my $piped = run('mxqueue', $spool);
	for my $e ([], ['-e']) {
		my $direct = run('mxtrace', '-z', 'UTC', '-y', 2026, @$e, $spool, $log);
		my $pipe = run('mxtrace', '-z', 'UTC', '-y', 2026, @$e, $log, '-', { in => $piped->{out} });

		is(without($pipe->{out}, 'source'), without($direct->{out}, 'source'), "$kind: mxqueue | mxtrace @$e is the same");
	}
	is(without(run('mxtrace', { in => $piped->{out} })->{out}, 'source'), without(run('mxtrace', $spool)->{out}, 'source'),
	    "$kind: and without a log");
	my $tsv = run('mxqueue', '-o', 'tsv', $spool);
	is(without(run('mxtrace', { in => $tsv->{out} })->{out}, 'source'), without(run('mxtrace', $spool)->{out}, 'source'),
	    "$kind: and as TSV");
	is(run('mxtrace', $log, '-', { in => $piped->{out} . $piped->{out} })->{status}, 0, "$kind: the same queue twice is one");

	# The log begins later, or ends earlier.
	my ($line) = grep { $lines[$_] =~ /\Q$id{before}\E: from=/ } 0 .. $#lines;
	my $late = trace([put("$d/late.log", @lines[$line .. $#lines]), $spool]);
	$m = $late->{message}{$id{before}};
	is(join(' ', @$m{qw(client_addr helo protocol from message_id tls missing)}),
	    '127.0.0.41 client.example.com ESMTP ann@example.com <before@example.com> plaintext removal',
	    "$kind: the log begins after the arrival: the file tells of it");
	is(doubts($late), '', "$kind: and that contradicts nothing");
	is(scalar(grep { $_->{trace} =~ m{/\Q$id{secret}\E} } values %{$late->{message}}), 1, "$kind: what came before is there");
	($line) = grep { $lines[$_] =~ /: message-id=<hold-me/ } 0 .. $#lines;
	my $early = trace([put("$d/early.log", @lines[0 .. $line]), $spool]);
	is(doubts($early), '', "$kind: the log ends before the queue was copied: nothing is contradicted");
	is($early->{message}{$id{later}}{status}, 'deferred', "$kind: and what came later is there");

	# A file is gone; so is its defer log.
	my $less = copy($spool, "$d/less");
	unlink path_of($less, $id{secret}) or die;
	is(doubts(trace([$log, $less])), "$id{secret}:no-file", "$kind: a file that is gone is missed");
	unlink map { "$_/$id{secret}" } glob "$less/defer/*";
	is(doubts(trace([$log, $less])), "$id{secret}:no-file", "$kind: and without its defer log");
	is(doubts(trace([$log, '-'], in => run('mxqueue', $less)->{out})), "$id{secret}:no-file", "$kind: by pipe as well");
	is(doubts(trace([$log, glob "$less/*"])), '', "$kind: not where the whole queue was not given");
	is(doubts(trace([put("$d/head.log", @lines[0 .. $line]), $less])), '', "$kind: not where the log ends before");

	# A file is back.
	my $more = copy($spool, "$d/more");
	my ($kept) = map { s{.*/}{}r } glob "$d/kept/*";
	copy("$d/kept/$kept", "$more/hold/$kept");
	my $back = trace([$log, $more]);
	is(doubts($back), "$kept:file-after-removed settled-but-pending", "$kind: a file that was removed is back");
	is($back->{message}{$kept}{status}, 'sent', "$kind: and was sent all the same");
	$alone = "$d/alone";
	mkdir $_ for $alone, map { "$alone/$_" } qw(incoming active deferred hold);
	copy("$d/kept/$kept", "$alone/hold/$kept");
	is(trace([$log, $alone])->{message}{$kept}{contradicts}, 'settled-but-pending',
	    "$kind: a queue that may be older than the removal is no proof");

	# Files are edited.
	my $edit = sub {
		my ($id, @edits) = @_;
		my $s = copy($spool, "$d/edit");
		my $path = path_of($s, $id);
		my $text = slurp($path);

		while (my ($from, $to) = splice @edits, 0, 2) {
			$text =~ s/$from/$to/s or die "nothing to edit in $path\n";
		}
		put($path, $text);
		my $x = trace([$log, $s]);
		system('rm', '-r', $s);
		return doubts($x);
	};
	is($edit->($id{secret}, qr/S.ann\@example\.com/s, "S\x0fbob\@example.com"), "$id{secret}:sender", "$kind: another sender");
	is($edit->($id{half}, qr/bob\@up(?=.*bob\@up)/s, 'bob@ip', qr/bob\@up(?=.*bob\@up)/s, 'bob@ip', qr/bob\@up/s, 'bob@ip'),
	    "$id{half}:done-not-logged recipients", "$kind: another recipient");
	is($edit->($id{half}, qr/D(?=.bob\@up)/s, 'R'), "$id{half}:settled-but-pending", "$kind: a recipient that is done is not");
	is($edit->($id{secret}, qr/R(?=.eve\@down)/s, 'D'), "$id{secret}:done-not-logged", "$kind: one that is not is done");
	is($edit->($id{secret}, qr/(?<=^C_)(?: +\d+){5}/s, sprintf '%15d %15d %15d %15d %15d', 999, 700, 1, 0, 999), "$id{secret}:size",
	    "$kind: another size");
	is($edit->($id{before}, qr/with ESMTP id/s, 'with ESMTPSi'), '', "$kind: a header that is no longer our own is not believed");
}

# A log that proves TLS, and a header that says otherwise.
{
	my $spool = copy("$dir/short/spool", "$dir/tls");
	my $log = put("$dir/submission.log", slurp("$dir/short/mail.log") =~ s{postfix/smtpd}{postfix/submission/smtpd}gr);
	my %id = by_subject(trace([$spool]));
	my $path = path_of($spool, $id{'hold-me'});
	my $text = slurp($path);

	is(doubts(trace([$log, $spool])), '', 'log and header agree about TLS');

	$text =~ s/N(.)(\tby short\.example\.org \(Postfix\) with ESMTP)(?= id )/'N' . chr(1 + ord $1) . $2 . 'S'/se or die;
	put($path, $text);
	like(doubts(trace([$log, $spool])), qr/^$id{'hold-me'}:.*\btls\b/, 'log and header differ about TLS');
}

# A short ID that is used again: each life has its own.
{
	my $log = slurp("$dir/short/mail.log");
	my %id = by_subject(trace(["$dir/short/spool"]));
	my $id = $id{secret};
	my @old = grep { /\b$id\b/ } split /^/, $log;
	my $before = join '', map { s/^\w+ +\d+/Feb 27/r } @old, $old[-1] =~ s/: to=.*/: removed/r =~ s{smtp\[}{qmgr[}r;
	my $x = run('mxtrace', '-z', 'UTC', '-y', 2026, put("$dir/two.log", $before, $log), "$dir/short/spool");
	my @m = map { JSON::PP->new->decode($_) } grep { /^\{"type":"message"/ && /"qid":"$id"/ } split /^/, $x->{out};

	is(scalar @m, 2, 'two lives of one ID');
	is_deeply([map { int defined $_->{queue} } @m], [0, 1], 'and the file belongs to the later one');
	is_deeply([map { $_->{contradicts} // '' } @m], ['', ''], 'which nothing contradicts');
	my $after = join '', map { s/^\w+ +\d+/Dec 31/r } @old;
	$x = run('mxtrace', '-z', 'UTC', '-y', 2026, put("$dir/two.log", $log, $after), "$dir/short/spool");
	@m = map { JSON::PP->new->decode($_) } grep { /^\{"type":"message"/ && /"qid":"$id"/ } split /^/, $x->{out};
	is_deeply([map { ($_->{queue} // '') . ($_->{contradicts} // '') } @m], ['deferredid-in-use', ''],
	    'an ID in use again while its file is there');
}

# Names of hosts.
{
	my ($log, $spool) = (slurp("$dir/long/mail.log"), "$dir/long/spool");
	my $files = sub {
		my %h;
		my $x = trace([@_]);
		$h{$_->{host}}++ for values %{$x->{file}};
		return join ' ', %h, scalar keys %{$x->{message}};
	};
	my $n = scalar grep { -f && !m{/defer/} } glob "$spool/*/* $spool/*/*/*";
	my $all = scalar keys %{trace(["$dir/long/mail.log"])->{message}};

	is($files->("$dir/long/mail.log", $spool), "long $n $all", 'the short name of the host');
	is($files->(put("$dir/fqdn.log", $log =~ s/ long postfix/ long.example.org postfix/gr), $spool), "long.example.org $n $all", 'its long name');
	my $other = put("$dir/other.log", $log =~ s/ long postfix/ srv7 postfix/gr);
	is($files->($other, $spool), "srv7 $n $all", 'another name, the only one');
	like(run('mxtrace', $other, $spool)->{err}, qr/calls? the host long\.example\.org; it is taken for srv7/, 'which is said');
	my $third = put("$dir/third.log", map { s/ long postfix/ third postfix/r } grep { /connect from/ } split /^/, $log);
	like($files->($other, $third, $spool), qr/^long\.example\.org $n /, 'two other names: none of them');
	is($files->('--host-alias', 'long.example.org=srv7', $other, $third, $spool) =~ s/ \d+$//r, "srv7 $n", '--host-alias decides');
}

# People, and the bytes.
{
	my ($log, $spool) = ("$dir/long/mail.log", copy("$dir/long/spool", "$dir/people"));
	my %id = by_subject(trace([$spool]));
	my $text = run('mxtime', '-z', 'UTC', '-y', 2026, $log, $spool);

	is($text->{status}, 0, 'mxtime takes both');
	like($text->{out}, qr/queue     deferred, 1 recipient to do, 1 done,\s+next attempt 20\d\d-\d\d-\d\d [\d:]+\n/, 'and says what is to do');
	like($text->{out}, qr/queue     hold, 1 recipient to do, 0 done, for eve\@down\.example\.net/, 'and for whom');
	unlikely($text->{out});
	unlink path_of($spool, $id{secret});
	like(run('mxtime', '-z', 'UTC', '-y', 2026, $log, $spool)->{out}, qr/doubt +the log says that it is queued, and the queue does not\s+have it/,
	    'a doubt in words');
	my $quote = run('mxquote', $spool, { in => '' });
	my $r = run('mxtrace', $spool);
	my $path = path_of($spool, $id{'hold-me'});
	my ($one) = grep { /"qid":"$id{'hold-me'}"/ && /^\{"type":"message"/ } split /^/, $r->{out};
	my ($claim) = grep { /"qid":"$id{'hold-me'}"/ && /^\{"type":"file"/ } split /^/, $r->{out};
	my $q = run('mxquote', '--root', $dir, { in => $one . $claim });
	is($q->{out}, slurp($path) . "\n", 'mxquote gives the bytes of the queue file');
	is($q->{status}, 0, 'and has checked them by the file record');
	my $more = run('mxquote', '--root', $dir, { in => join '', grep { /"qid":"$id{half}"/ } split /^/, $r->{out} });
	cmp_ok(index($more->{out}, slurp(path_of($spool, $id{half})) . "\n"), '>=', 0, 'and of one with');
	cmp_ok(index($more->{out}, slurp(glob "$spool/defer/*/$id{half}") . "\n"), '>=', 0, 'a defer log');
	put($path, slurp($path) =~ s/hello/HELLO/r);
	is(run('mxquote', '--root', $dir, { in => $one . $claim })->{status}, 2, 'another file is refused');
	is(run('mxgrep', '-m', 'to=eve@down.example.net queue=hold', { in => $r->{out} })->{status}, 0, 'mxgrep finds a pending recipient');
}

sub unlikely {
	my ($text) = @_;

	unlike($text, qr/unknown event|not part of a message[^\n]*\n[^\n]*file/, 'nothing of the queue stands outside of a message');
}

# The bundle itself, with log and queue in it; or the log and a bundle.
for my $kind ('short', 'long') {
	my $d = "$dir/$kind-bundle";
	my $plain = sub {
		my $text = '';

		for (split /^/, $_[0]{run}{out}) {
			my $r = JSON::PP->new->decode($_);

			next if $r->{type} !~ /^(?:message|delivery|link)$/;
			delete @$r{qw(src off len line refs tls_src tls_off)};
			$text .= JSON::PP->new->canonical->encode($r) . "\n";
		}
		return join '', sort split /^/, $text;
	};

	mkdir $d;
	system('tar', '--warning=no-timestamp', '-xzf', ($ENV{STANDING} || 'samples/queue') . "/standing-$kind.tgz", '-C', $d) == 0 or die "tar: $?\n";
	system('rm', '-rf', "$d/kept", "$d/queue.json") == 0 or die;
	system('tar', '-czf', "$d.tgz", '-C', $d, '.') == 0 or die;
	system('tar', '-cf', "$d.tar", '-C', "$d/spool", '.') == 0 or die;
	my $want = $plain->(trace(["$d/mail.log", "$d/spool"]));
	is($plain->(trace(["$d.tgz"])), $want, "$kind: a bundle with log and queue");
	is($plain->(trace(["$d/mail.log", "$d.tar"])), $want, "$kind: the queue in a bundle");
	my ($id) = grep { -f } glob "$d/spool/hold/*";
	my $file = slurp($id);
	$id =~ s{.*/}{};
	is((grep { $_->{qid} eq $id } values %{trace([], in => $file)->{message}})[0]{pending}, 1, "$kind: a queue file on standard input");
}

# Quoted addresses, which the log quotes and the file does not; and a service
# with a myhostname of its own, so that the file has another host than the log.
{
	mkdir "$dir/odd";
	system('tar', '--warning=no-timestamp', '-xzf', 'samples/queue/odd.tgz', '-C', "$dir/odd") == 0 or die "tar: $?\n";
	my $x = trace(["$dir/odd/mail.log", "$dir/odd/spool"]);
	my ($quoted, $named) = ('4jcc8T5KbGz1fChG', '4jcc8k3VtFz1fCNZ');

	is(doubts($x), '', 'addresses in quotes, and another host name: nothing to be said');
	is(join(' ', sort keys %{$x->{message}}), "$quoted $named", 'a message for each file');
	is(scalar(grep { defined $_->{src} && $_->{src} =~ m{/spool/} } @{$x->{delivery}{$quoted}}), 0,
	    'no recipient of the file is another one');
	is(scalar @{$x->{delivery}{$quoted}}, 7, 'a delivery for each');
	is(join(' ', @{$x->{message}{$named}}{qw(host queue)}), 'flat active', 'file and log are one message');
}

# What does not go.
{
	my ($log, $spool) = ("$dir/short/mail.log", "$dir/short/spool");
	my $r = run('mxtrace', '--partial', $log, $spool);

	is($r->{status}, 2, '--partial refuses queue files');
	like($r->{err}, qr/a queue file is no piece of a log; leave queue files out here, and give them to the merge/, 'in clear words');
	my $piece = run('mxtrace', '--partial', $log);
	my $merged = run('mxtrace', '-z', 'UTC', '-y', 2026, '-', $spool, { in => $piece->{out} });
	is(without($merged->{out}, 'source'), without(run('mxtrace', '-z', 'UTC', '-y', 2026, $log, $spool)->{out}, 'source'),
	    'the merge takes them');
	$r = run('mxtrace', { in => run('mxqueue', $spool)->{out} . run('mxlog', $log)->{out} });
	is($r->{status}, 2, 'a log behind the queue in one stream is refused');
	like($r->{err}, qr/give each as a file of its own/, 'in clear words');
}

# Records may say anything.
{
	my %of = (qid => 'A' x 300, pending => 1, queue => 'deferred', time => '2026-09-01T10:00:00Z');
	my $line = sub { JSON::PP->new->canonical->encode({ type => 'file', %of, @_ }) . "\n" };

	for my $x ([], [qid => '4X' x 20], [qid => ''], [qid => "\x{1}"], [qid => '400008000D', time => '9999-99-99'],
	    [qid => '400008000D', off => '99999999999999999999', size => '-1'],
	    [qid => '400008000D', tls => 'encrypted', tls_proof => 'proven', tls_off => '1', tls_len => '99999999999'],
	    [qid => '400008000D', src => 'x' x 100000], [qid => '400008000D', next_try => 'z', created => 'q']) {
		my $r = run('mxtrace', { in => $line->(@$x) . JSON::PP->new->encode({ type => 'event', event => 'recipient', queue => '', %of, to => 'a@example.org', status => 'pending', @$x }) . "\n" });

		like($r->{status}, qr/^[012]$/, 'a hostile record: ' . substr join(' ', @$x), 0, 40);
	}
	is(run('mxtrace', { in => '{"type":"event","event":"queued","host":"h","instance":"postfix","daemon":"qmgr","qid":"' . 'A' x 300 . "\"}\n" })->{status} =~ /^[012]$/,
	    1, 'a queue ID that is too long');
}

# mxcarve gives the records of queue files and those of lines by time: mail that
# waits in the queue is often older than the oldest line.
subtest 'carved queue files before the first line of a log' => sub {
	my $file = slurp('samples/queue/400008000D');
	my $log = sub {
		my ($host) = @_;

		return join '', map { "2026-03-01T12:$_\n" } "05:00.000001+00:00 $host postfix/smtpd[9]: 500008000E: client=c.example.org[192.0.2.9]",
		    "05:00.000002+00:00 $host postfix/cleanup[8]: 500008000E: message-id=<2\@example.org>",
		    "05:00.000003+00:00 $host postfix/qmgr[7]: 500008000E: from=<z\@example.org>, size=300, nrcpt=1 (queue active)",
		    "05:01.000000+00:00 $host postfix/smtp[6]: 500008000E: to=<y\@example.net>, relay=mx.example.net[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
		    "05:01.000001+00:00 $host postfix/qmgr[7]: 500008000E: removed",
		    "31:01.000000+00:00 $host postfix/smtp[6]: 400008000D: to=<eve\@slow.example>, relay=none, delay=1801, delays=1800/0/1/0, dsn=4.4.1, status=deferred (connect to slow.example[198.51.100.9]:25: Connection timed out)";
	};
	my $told = sub {
		my ($n, $host) = @_;
		my $img = "$dir/early.img";
		my $files = join '', map { my $f = $file =~ s/400008000D/sprintf('4%03d08000D', $_)/ger; pack 'a4096', $f } 0 .. $n - 1;
		my $r = run('mxtrace', { in => run('mxcarve', '-q', put($img, $files . $log->($host)))->{out} });

		is($r->{status}, 0, "$n files, $host: all was read");
		unlike($r->{err}, qr/several pieces/, 'as one stream');
		my @m = grep { $_->{type} eq 'message' } decoded($r->{out});
		return join ', ', map { "$_->{qid} $_->{status} $_->{host}" } grep { $_->{qid} =~ /^(?:400008000D|500008000E)$/ } @m;
	};

	is($told->(1, 'relay'), '400008000D deferred relay, 500008000E sent relay', 'the first record is of a queue file: lines are taken all the same');
	is($told->(200, 'relay'), '400008000D deferred relay, 500008000E sent relay', 'so they are behind many');
	# A near miss: what mxqueue writes is in no order, and is read before.
	my $r = run('mxtrace', '-', put("$dir/early.log", $log->('relay')), { in => run('mxqueue', '-q', 'samples/queue/400008000D')->{out} });
	is(join(', ', map { "$_->{qid} $_->{host}" } grep { $_->{type} eq 'message' } decoded($r->{out})), '400008000D relay, 500008000E relay', 'of mxqueue');
	is($told->(1, 'mx'), '400008000D deferred mx, 500008000E sent mx', 'the only host in the log, whatever it is called');
};

done_testing();
