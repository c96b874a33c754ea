#!/usr/bin/perl

# mxqueue on the samples: files of a real Postfix, with what postcat says of
# them (t/lab/queue.t asks it anew); then bad input, and the same answer
# whatever the circumstances.

use strict;
use warnings;
use lib 't', 't/lab';
use Digest::SHA 'sha256_hex';
use JSON::PP;
use Lab::Postcat;
use Test::More;
use Mx;
use Queue;

plan skip_all => 'mxqueue is not built' unless grep { $_ eq 'mxqueue' } tools();

my $dir = dir();
my $spool = 'samples/queue/spool';
my @real = grep { !m{/(?:defer|bounce|trace)/} } glob "$spool/*/*[0-9A-F][0-9A-F] $spool/*/?/*";
my $one = 'samples/queue/400008000D';
my $milter = 'samples/queue/milter';
my @age = ('--now', '2026-11-29T04:00:00Z');

sub records { return map { decode_json($_) } split /\n/, $_[0]{out} }

# The same records but for who read them.
sub out { return without($_[0]{out}, 'source') }

# Nothing of a sanitizer, nothing that a terminal would obey, no crash.
sub sound {
	my ($r, $name) = @_;

	ok($r->{status} =~ /^[012]$/ && $r->{err} !~ /[\x00-\x08\x0b-\x1f\x7f]|Sanitizer|runtime error|: bug: / &&
	    !grep({ !/^(?:mxqueue: |try ')/ } @{$r->{errs}}), "$name: sound") or diag("status $r->{status}\n$r->{err}");
}

sub one_line {
	my ($r, $name, $status, $re) = @_;

	sound($r, $name);
	ok($r->{status} eq $status && @{$r->{errs}} == 1 && $r->{err} =~ $re, "$name: one line, status $status")
	    or diag("status $r->{status}, wanted $re\n$r->{err}");
}

subtest 'as postcat has it' => sub {
	for my $f ($one, $milter) {
		is(run('mxqueue', '--dump', $f)->{out}, slurp("$f.want"), "$f: every record");
	}
	cmp_ok(scalar @real, '>=', 5, 'real files');
	for my $f (@real) {
		my $id = $f =~ s{.*/}{}r;
		my $name = $f =~ s{^\Q$spool/\E}{}r;
		my @want = by_postcat(slurp("samples/queue/want/$id.postcat"));

		cmp_ok(scalar @want, '>', 8, "$name: postcat said something");
		is_deeply([map { as_postcat($name, $_) } dumped($f)], \@want, "$name: --dump");
		my $r = run('mxqueue', '--message', $f);
		ok($r->{out} eq slurp("samples/queue/want/$id.message"), "$name: --message");
		is("$r->{status}$r->{err}", '0', "$name: status");
	}
};

subtest 'records' => sub {
	my $r = run('mxqueue', '-q', $spool);
	my @r = records($r);
	my %file = map { $_->{qid} => $_ } grep { $_->{type} eq 'file' && !$_->{format} } @r;
	my %rcpt;
	push @{$rcpt{$_->{qid}}}, $_ for grep { ($_->{event} // '') eq 'recipient' } @r;
	my $k = sub { join ' ', map { $_ // '-' } @{$file{$_[0]}}{@_[1 .. $#_]} };
	my $s = sub { join ' ', map { "$_->{to}=$_->{status}" } @{$rcpt{$_[0]}} };

	is("$r->{status}$r->{err}", '0', 'all read');
	is(scalar keys %file, scalar @real, 'a file record each');
	for my $f (values %file) {
		is($f->{sha256}, sha256_hex(slurp($f->{src})), "$f->{src}: hash");
		is($f->{contradicts}, 'inode', "$f->{src}: is a copy, else sound");
	}
	my $id = '1A867AA4255';
	is($k->($id, qw(queue from client_addr helo protocol tls tls_proof tls_version tls_bits complete pending done)),
	    'deferred ann@example.com 127.0.0.41 client.example.com ESMTP encrypted proven TLSv1.3 256 1 1 0', 'by TLS');
	my $own = substr slurp($file{$id}{tls_src}), $file{$id}{tls_off}, $file{$id}{tls_len};
	like($own, qr/^N.Received: from .*using TLSv1\.3.*\bid $id;?/s, 'the proof of TLS is the header on top');
	is($s->('CA7ECAA429B'), 'x@gone.example.net=bounced bob@slow.example.net=pending bob@down.example.net=deferred',
	    'recipients with a bounce and a defer log');
	is($k->('210A7AA425B', qw(envid queue attrs)), 'abc+1 maildrop rewrite_context=remote ret_flags=2 reverse_client_name=unknown server_address=127.0.0.32 server_port=2625 notify_flags=10', 'requeued by hand');
	is($k->('6D815AA4414', qw(from client_addr complete tls)), 'root - 1 -', 'from maildrop');
	is($s->('BBB09AA4295'), 'bob@down.example.net=deferred eve@down.example.net=deferred drop@down.example.net=canceled added@down.example.net=deferred',
	    'recipients that a milter changed');
	# Every claim leads to its bytes.
	for my $e (grep { $_->{event} && !$_->{format} } @r) {
		my $at = substr slurp($e->{src}), $e->{off}, $e->{len};

		like($at, $e->{event} eq 'received' ? qr/^N.Received: /s : $e->{event} eq 'recipient' ? qr/^[RD\/].\Q$e->{to}\E$/s : qr/^[CT]/,
		    "$e->{src} $e->{event}: its bytes");
	}
	# In a log alone it is the same.
	my @log = records(run('mxqueue', "$spool/bounce/CA7ECAA429B"));
	is(join(' ', map { $_ // '-' } @{$log[1]}{qw(to status dsn qid)}), 'x@gone.example.net bounced 5.7.1 CA7ECAA429B', 'a bounce log alone');
};

subtest '--shape' => sub {
	my $r = run('mxqueue', '-q', '--shape', @age, $spool);

	is("$r->{status}$r->{err}", '0', 'status');
	is(join("\n", map { join ' ', split } split /\n/, $r->{out}), join("\n", 'T 5 10 20 40 80 160 320 640 1280 1280+',
	    'TOTAL 9 0 1 0 8 0 0 0 0 0 0', 'down.example.net 8 0 1 0 7 0 0 0 0 0 0', 'slow.example.net 1 0 0 0 1 0 0 0 0 0 0'), 'the table');
	ok(!grep({ length > 120 } split /\n/, $r->{out}), 'not wider than 120');
	my @r = records(run('mxqueue', '-q', '--shape=sender', '-o', 'json', @age, $spool));
	is(join(', ', map { "$_->{domain} $_->{count}" } @r), 'example.com 4, (none) 1, example.org 1', 'by sender, as records');
};

# A queue ID, long or short, of a time and an inode.
sub queue_id {
	my ($long, $sec, $usec, $ino) = @_;
	my @d = ('0' .. '9', split //, 'BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz');
	my $in = sub {
		my ($n, $base, $min) = @_;
		my $s = '';

		for (; $n > 0 || length $s < $min; $n = int($n / $base)) {
			$s = $d[$n % $base] . $s;
		}
		return $s;
	};

	return $long ? $in->($sec, 52, 6) . $in->($usec, 52, 4) . 'z' . $in->($ino, 51, 1) : sprintf '%05X%X', $usec, $ino;
}

subtest 'contradictions' => sub {
	my $root = "$dir/consistent";
	my ($run, $have) = (0, 0);

	# Make a file in a queue, as Postfix would, but for what %o says; the
	# words that mxqueue has for it.
	my $words = sub {
		my (%o) = @_;
		my $top = "$root/" . $run++;
		my ($now, $sec);
		my $q = $o{queue} // 'hold';
		my $tmp = "$top/$q/tmp";

		system('mkdir', '-p', "$top/$q") == 0 or die;
		put($tmp, '');
		# All times are those of the file, or near them.
		chomp($now = `stat -c %W $tmp`);
		$now = time if $now !~ /^[1-9]\d*$/;
		$sec = $now + ($o{id_sec} // 0);
		my $id = queue_id($o{short} ? 0 : 1, $sec, 262144, (stat $tmp)[1]);
		my $addr = $o{addr} // '192.0.2.7';
		my $date = POSIX::strftime('%a, %d %b %Y %H:%M:%S +0000 (UTC)', gmtime($now + ($o{received} // 0)));
		my @rec = (['T', ($now + ($o{T} // 0)) . ' 5'], ['A', 'create_time=' . ($now + ($o{created} // 0))],
		    ['A', "log_ident=$id"], ['S', 'ann@sender.example'], ['A', "client_address=$addr"],
		    ['A', 'protocol_name=ESMTP'], ['A', 'client_address_type=' . ($o{type} // 2)],
		    ['W', sprintf '%15d', $o{sent} // $now + ($o{W} // 14400)],
		    ['D', 'bob@dest.example'], ['R', 'eve@slow.example'], ['M', ''],
		    ['N', 'Received: from mx.sender.example (unknown [' . ($o{peer} // $addr) . '])'],
		    ['N', "\tby relay.example.org (Postfix) with " . ($o{with} // 'ESMTPS') . ' id ' . ($o{id} // $id) . ';'],
		    ['N', "\t$date"], ['N', 'Subject: x'], ['N', ''], ['N', 'body'], ['X', ''],
		    $o{message_id} ? ['A', 'message_id=<1@sender.example>'] : (), ['E', '']);
		my $text = encode(\@rec, $o{width} // 95, $o{C} // []) . ($o{behind} // '');
		$text = substr $text, 0, $o{cut} if $o{cut};
		open my $f, '>', $tmp or die;
		print $f $text;
		close $f;
		chmod $o{mode} // 0700, $tmp;
		my $in = "$top/$q";
		if (defined $o{hash}) {
			$in .= "/$o{hash}";
			mkdir $in;
		}
		for my $log (grep { $o{$_} } qw(bounce defer)) {
			my ($who, $shift) = @{$o{$log}};
			my $off = index($text, ($who =~ /^bob/ ? 'D' : 'R') . chr(length $who) . $who) + $shift;

			mkdir "$top/$log";
			put("$top/$log/$id", "\n<$who>: no\nrecipient=$who\noffset=$off\nstatus=5.0.0\naction=failed\nreason=no\n\n");
		}
		utime $now + $o{mtime}, $now + $o{mtime}, $tmp if exists $o{mtime};
		my $name = "$in/" . ($o{name} // $id);
		rename $tmp, $name or die "$name: $!\n";
		if ($o{copy}) {
			system('cp', '-p', $name, "$name.2") == 0 or die;
			rename "$name.2", $name;
		}
		link $name, "$root/link$run" or die if $o{link};
		chown $o{owner}, -1, $name or die if $o{owner};
		my ($r) = grep { $_->{type} eq 'file' && !$_->{format} } records(run('mxqueue', '-q', $top));
		$have = 1 if $r->{btime};
		return $r->{contradicts} // '';
	};

	# [what, how, word], then near misses: nothing to be said.
	for my $c ([{}, ''], [{ short => 1 }, ''], [{ queue => 'incoming' }, ''], [{ queue => 'corrupt', mode => 0400 }, ''],
	    [{ copy => 1 }, 'inode'], [{ link => 1 }, 'links'],
	    [{ hash => '4' }, ''], [{ hash => '5' }, 'hash-directory'],
	    [{ name => '262144.8123' }, 'temporary-name'], [{ name => 'README' }, 'name-no-queue-id'],
	    [{ cut => -40 }, 'ready-but-not-whole'], [{ cut => -40, mode => 0600 }, ''],
	    [{ mode => 0600 }, 'whole-but-not-ready'], [{ mode => 0740 }, ''], [{ mode => 0710 }, ''],
	    [{ mode => 0744 }, 'mode'], [{ mode => 04700 }, 'mode'], [{ queue => 'maildrop', mode => 0744 }, ''],
	    [{ queue => 'maildrop', mode => 0755 }, 'mode'],
	    [{ created => -1, T => -2, received => -2 }, ''], [{ created => -2, T => -2, received => -2 }, 'id-time-created'],
	    [{ created => 1, T => 1, received => 1 }, ''], [{ T => 2, created => 1, received => 2 }, 'id-time-arrival'],
	    [{ T => 1, received => 1, created => 0 }, ''], [{ T => 1, received => 1, created => -1 }, 'created-before-arrival'],
	    [{ created => 100, T => 0, short => 1 }, 'created-after-change'],
	    [{ created => -3600, T => -3600, received => -3600, short => 1 }, ''],
	    [{ queue => 'deferred', hash => '4', short => 1, created => -1000, T => -1000, received => -1000, mtime => 1000 }, ''],
	    [{ queue => 'deferred', hash => '4', short => 1, created => -1000, T => -1000, received => -1000, mtime => 1200 }, 'mtime-touched'],
	    [{ queue => 'hold', short => 1, created => -1000, T => -1000, received => -1000, mtime => 1200 }, ''],
	    [{ queue => 'deferred', hash => '4', short => 1, mtime => 300 }, ''],
	    [{ C => [0, 0, 0, 0, 0, 0, 0] }, 'sizes-not-set'],
	    [{ C => [0, 1, 0, 0, 0] }, 'content-not-at-offset content-not-of-size'],
	    [{ C => [1, 0, 0, 0, 1] }, 'content-not-of-size'], [{ C => [0, 0, 0, 0, 1] }, 'content-length'],
	    [{ C => [0, 0, 1] }, 'recipient-count'], [{ C => [0, 0, 0, 1, 0, 32] }, ''],
	    [{ width => 79 }, ''], [{ width => 79, message_id => 1 }, 'mixed-versions'], [{ message_id => 1 }, ''],
	    [{ width => 63 }, ''], [{ width => 47 }, ''],
	    [{ id => '400008000D' }, 'received-id'], [{ received => 1 }, ''], [{ received => 2 }, 'received-time'],
	    [{ received => -2 }, 'received-time'], [{ T => -60, received => 0 }, ''],
	    [{ peer => '192.0.2.8' }, 'received-client'], [{ with => 'SMTP' }, 'received-protocol'],
	    [{ with => 'ESMTPSA' }, ''], [{ with => 'UTF8SMTP' }, ''],
	    [{ addr => '2001:db8::7' }, 'address-type'], [{ addr => '2001:db8::7', type => 10, peer => 'IPv6:2001:db8::7' }, ''],
	    [{ type => 10 }, 'address-type'], [{ behind => "\0\0x" }, 'data-after-end'],
	    [{ W => -100 }, 'warning-time'], [{ sent => -1 }, ''], [{ sent => 0 }, ''], [{ W => 0 }, ''],
	    [{ bounce => ['bob@dest.example', 0] }, ''], [{ bounce => ['bob@dest.example', 1] }, 'bounce-log-offset'],
	    [{ bounce => ['eve@slow.example', 0] }, 'bounced-but-pending'],
	    [{ defer => ['eve@slow.example', 0] }, ''], [{ defer => ['bob@dest.example', 0] }, ''],
	    [{ defer => ['eve@slow.example', 2] }, 'defer-log-offset']) {
		my ($o, $want) = @$c;
		my $name = join(' ', map { "$_=" . (ref $o->{$_} ? "@{$o->{$_}}" : $o->{$_}) } sort keys %$o) || 'as Postfix makes it';

		is($words->(%$o), $want, $name);
	}
      SKIP: {
		skip 'no times of birth here', 2 if !$have;
		is($words->(id_sec => -2, T => -2, created => -2, received => -2), 'id-time-birth', 'made later than its name says');
		is($words->(id_sec => -1, T => -1, created => -1, received => -1), '', 'made a moment later');
	}
      SKIP: {
		skip 'not root', 3 if $> != 0;
		is($words->(owner => 65534), 'owner', 'not of the owner of its queue');
		is($words->(owner => 65534, queue => 'maildrop'), '', 'maildrop has files of everybody');
		is($words->(owner => 65534, copy => 1), 'inode', 'of a copy the owner says nothing');
	}
};

# Records as text, [type, data].
my $mail = sub { return (['S', 'ann@sender.example'], (map { ['R', $_] } @_), ['M', ''],
    ['N', 'Subject: x'], ['N', ''], ['N', 'body'], ['X', ''], ['E', '']) };

# The words about each file of a tree.
sub words {
	my ($top) = @_;

	return join ' ', map { ($_->{src} =~ s{.*/}{}r) . ':' . ($_->{contradicts} // '') }
	    grep { $_->{type} eq 'file' && !$_->{format} } records(run('mxqueue', '-q', $top));
}

subtest 'more than one file, or none of cleanup' => sub {
	my $top = "$dir/several";
	my $now = 1772366460;

	system('mkdir', '-p', map { "$top/$_" } qw(a/incoming b/incoming c/maildrop)) == 0 or die;
	my $file = sub {
		my ($name, $warn) = @_;

		put("$top/$name", encode([['T', "$now 5"], ['W', sprintf '%15d', $warn], $mail->('bob@dest.example')], 95));
	};
	$file->('a/incoming/4000080000', $now + 14400);
	$file->('a/incoming/4000180000', $now + 14400);
	$file->('a/incoming/4000280000', $now + 14401);
	$file->('a/incoming/4000380000', -1);
	$file->('b/incoming/4000480000', $now + 3600);
	is(words($top), '4000080000:inode 4000180000:inode 4000280000:warning-time-differs inode 4000380000:inode 4000480000:inode',
	    'one warning comes sooner or later than the others');

	# postdrop keeps a C record of the user's, behind its own T; what is
	# in it, and what stands on top, is the user's word.
	my $id = '400048000D';
	my $drop = sub {
		my ($c) = @_;
		my $c_at = encode([$mail->('bob@dest.example')], 95);
		my $text = encode([['A', 'rewrite_context=local'], ['S', 'joe'], ['R', 'bob@dest.example'], ['M', ''],
		    ['N', 'Received: from bank.example (bank.example [192.0.2.9]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))'],
		    ['N', "\tby mx.example.org (Postfix) with ESMTPS id $id; Sun, 01 Mar 2026 12:01:00 +0000 (UTC)"],
		    ['N', 'Subject: x'], ['N', ''], ['N', 'body'], ['X', ''], ['E', '']], 95, [0, 19, 0, 0, 0, 0, $c]);

		put("$top/c/maildrop/$id", "T\x111772366460 000005$text");
		my ($f) = records(run('mxqueue', '-q', "$top/c"));
		return join ' ', map { $_ // '-' } @$f{qw(complete tls contradicts)};
	};
	is($drop->(-1), '1 - inode', 'maildrop, with sendmail -O of 3.11');
	is($drop->(undef), '1 - inode', 'maildrop, with sizes made up: a header with its ID proves nothing');

	# In a file that milters changed there is a place for pointers.
	my $milter = slurp($milter);
	is(substr($milter, 427, 17), "p\x0f" . ' ' x 14 . '0', 'the place at the end of the content');
	system('mkdir', '-p', "$top/d/hold") == 0 or die;
	put("$top/d/hold/400008000D", $milter);
	is(words("$top/d"), '400008000D:inode', 'is there');
	substr $milter, 427, 17, "N\x0f" . 'x' x 15;
	put("$top/d/hold/400008000D", $milter);
	is(words("$top/d"), '400008000D:pointer-without-dummy inode', 'is not');
};

subtest 'thousands of recipients' => sub {
	my $top = "$dir/crowd";
	my $n = 3000;
	my @to = map { "user$_\@dest.example" } 1 .. $n;
	my $text = encode([['T', '1772366460 5'], $mail->(@to)], 95);
	my $log = '';

	system('mkdir', '-p', "$top/deferred/4", "$top/defer/4") == 0 or die;
	put("$top/deferred/4/400008000D", $text);
	for my $to (@to) {
		my $why = "$to: " . 'because ' x 40;

		$log .= "\n<$to>: $why\nrecipient=$to\noffset=" . index($text, "R" . chr(length $to) . $to) . "\nstatus=4.4.1\naction=delayed\nreason=$why\n\n";
	}
	put("$top/defer/4/400008000D", $log);
	my @r = records(run('mxqueue', '-q', $top));
	is(scalar(grep { ($_->{event} // '') eq 'recipient' && $_->{status} eq 'deferred' && $_->{reason} =~ /^\Q$_->{to}\E: because/ } @r),
	    $n, 'each with its own reason');
	is($r[0]{contradicts}, 'inode', 'all of the log is joined');
};

subtest 'headers of any length' => sub {
	my $one = encode([['T', '1772366460 5'], ['S', 'ann@sender.example'], ['R', 'bob@dest.example'], ['M', ''],
	    (map { ['N', "X-$_: " . 'x' x 1500] } 1 .. 400), ['N', 'Message-ID: <last@sender.example>'], ['N', ''], ['N', 'body'],
	    ['X', ''], ['E', '']], 95);

	put("$dir/headers", $one);
	my ($f) = records(run('mxqueue', '-q', "$dir/headers"));
	is($f->{message_id}, '<last@sender.example>', 'the last of 600 kilobytes');
};

subtest 'what has no key of its own' => sub {
	my $one = encode([['L', 'smtp:[127.0.0.1]:10025'], ['T', '1772366460 5'], ['A', 'rewrite_context=local'], ['F', 'Ann Example'],
	    ['S', ''], ['V', '+='], ['R', 'bob@dest.example'], ['M', ''], ['N', 'Subject: x'], ['N', ''], ['X', ''], ['E', '']], 95);

	put("$dir/others", $one);
	my ($f) = records(run('mxqueue', '-q', "$dir/others"));
	is($f->{attrs}, 'content_filter=smtp:[127.0.0.1]:10025 rewrite_context=local sender_fullname=Ann%20Example verp_delimiters=+=', 'attrs has it');
};

subtest 'hops' => sub {
	my $hops = sub {
		my ($id, @received) = @_;
		my @rec = (['T', '1788249845 5'], ['A', 'create_time=1788249845'], ['S', 'ann@sender.example'],
		    ['R', 'bob@dest.example'], ['M', ''], (map { my @l = split /\n/; map { ['N', $_] } @l } @received),
		    ['N', 'Subject: x'], ['N', ''], ['N', 'Received: from body (b [192.0.2.1]) by body with ESMTPS id ' . $id], ['X', ''], ['E', '']);
		mkdir "$dir/hops";
		my $r = run('mxqueue', '-q', put("$dir/hops/$id", encode(\@rec, 95, [0, 0, 0, 0, 0, 1 + 32])));
		my @r = records($r);

		unlink "$dir/hops/$id";
		return ($r[0], map { join ' ', map { $_ // '-' } @$_{qw(by protocol tls tls_version), 'orig_queue_id'}, $_->{claim} ? 'claim' : 'ours' }
		    grep { ($_->{event} // '') eq 'received' } @r);
	};
	my $id = '400008000D';
	my $own = "Received: from mx.example.com (mx.example.com [192.0.2.7])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
	    . "\tby relay.example.org (Postfix) with ESMTPS id $id;\n\tTue, 1 Sep 2026 08:04:05 +0000 (UTC)";
	my $exim = "Received: from c.example.com ([192.0.2.1] helo=c.example.com)\n\tby mx.example.com with esmtp (Exim 4.96)\n\tid 1qAbCd-0001Ab-2C;\n\tTue, 01 Sep 2026 08:04:04 +0000";
	my $gmail = "Received: from c (c [192.0.2.2]) by mx.google.com with ESMTPS id abc\n (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n Tue, 01 Sep 2026 01:04:03 -0700 (PDT)";
	my ($f, @h) = $hops->($id, $own, $exim, $gmail);

	is_deeply(\@h, ["relay.example.org ESMTPS encrypted TLSv1.3 $id ours", 'mx.example.com esmtp plaintext - 1qAbCd-0001Ab-2C claim',
	    'mx.google.com ESMTPS encrypted TLS1_3 abc claim'], 'our own on top, what others claim below');
	is("$f->{tls} $f->{tls_proof} $f->{host}", 'encrypted proven relay.example.org', 'ours proves the inbound hop');
	is($f->{send_opts}, 'smtputf8 requiretls', 'send options');
	# What a sender can write: the same words, one line lower or in the body.
	($f, @h) = $hops->($id, $exim, $own);
	is_deeply([@h, $f->{tls}, $f->{contradicts}], ['mx.example.com esmtp plaintext - 1qAbCd-0001Ab-2C claim', "relay.example.org ESMTPS encrypted TLSv1.3 $id claim",
	    undef, undef], 'ours below another is a claim');
	($f, @h) = $hops->($id, $own =~ s/id $id/id 500008000D/r);
	is_deeply([@h, $f->{tls}, $f->{contradicts}], ['relay.example.org ESMTPS encrypted TLSv1.3 500008000D claim', undef, 'received-id'], 'of another queue ID: a claim');
	($f, @h) = $hops->($id, $own =~ s/\(Postfix\)/(Postfox)/r);
	is_deeply([@h, $f->{tls}], ["relay.example.org ESMTPS encrypted TLSv1.3 $id claim", undef], 'of another mail system: a claim');
	($f, @h) = $hops->($id);
	is(scalar @h, 0, 'none in the headers, none from the body');
};

subtest 'parts' => sub {
	my $id = 'E7D79AA8141';
	my $f = "$spool/deferred/E/$id";
	my $gif = pack 'H*', '47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b';
	my $inner = "From: x\nSubject: inner\nContent-Type: multipart/alternative; boundary=\"in=1\"\n\n--in=1\n\nplain\n--in=1\n"
	    . "Content-Type: text/html\n\n<html><body>x</body></html>\n--in=1--\nafter";
	# What was sent (t/lab/queue), coded by Perl.
	my %sent = (1 => "caf\xc3\xa9 = ok \n" . 'long ' x 30 . "\nend", 2 => $gif, 3 => $inner,
	    '3.1' => 'plain', '3.2' => '<html><body>x</body></html>');
	my $r = run('mxqueue', '--parts', $f);
	my @part = grep { ($_->{event} // '') eq 'part' } records($r);
	my %part = map { $_->{part} => $_ } @part;

	is("$r->{status}$r->{err}", '0', 'status');
	is(join(' ', map { $_->{part} } @part), '1 2 3.1 3.2 3 4', 'the parts, as they end');
	is(join(' ', map { $_->{mime_type} } @part), 'text/plain application/pdf text/plain text/html message/rfc822 application/zip', 'types as claimed');
	is(join(' ', map { $_->{magic} } @part), 'text/plain image/gif text/plain text/html message/rfc822 application/zip', 'types as they are');
	is($part{2}{file_name}, "b\x{e9}.gif", 'file name as claimed');
	for my $n (sort keys %sent) {
		is("$part{$n}{size} $part{$n}{sha256}", length($sent{$n}) . ' ' . sha256_hex($sent{$n}), "part $n: size and hash");
		ok($part{$n}{complete}, "part $n: whole");
	}
	my $at = substr slurp($f), $part{2}{off}, $part{2}{len};
	like($at, qr/\AN<R0lGOD/, 'where its lines are') or diag($at);
	is(out($r) =~ s/^.*"event":"part".*\n//mgr, out(run('mxqueue', $f)), 'else the same records');

	$r = run('mxqueue', '--extract', "$dir/x", $f);
	is("$r->{status}$r->{err}", '0', '--extract: status');
	my @x = grep { ($_->{event} // '') eq 'part' } records($r);
	is(join(' ', sort map { s{.*/}{}r } glob "$dir/x/*"), join(' ', sort map { $_->{extract} } @x), 'the files are those that the records name');
	is(sha256_hex(slurp("$dir/x/$_->{extract}")), $_->{sha256}, "$_->{extract}: its hash") for @x;
	is((stat "$dir/x/$x[0]{extract}")[2] & 07777, 0600, 'for the owner only');
	my $again = run('mxqueue', '--extract', "$dir/x", $f);
	is("$again->{status}$again->{out}", '2', 'a directory that exists: no answer');
	like($again->{err}, qr/^mxqueue: \Q$dir\E\/x: mkdir: File exists$/, 'a directory that exists: why');
	symlink '/nonexistent', "$dir/link";
	is(run('mxqueue', '--extract', "$dir/link", $f)->{status}, 2, 'nor by a symbolic link');
	is(run('mxqueue', '--extract', "$dir/y", '--dump', $f)->{status}, 2, 'not with --dump');
	ok(!-e "$dir/y", 'and nothing is made');
	# Cut off: the part is not whole, the others are.
	put("$dir/cutpart", substr slurp($f), 0, $part{4}{off} + 80);
	my @cut = grep { ($_->{event} // '') eq 'part' } records(run('mxqueue', '-q', '--parts', "$dir/cutpart"));
	is(join(' ', map { $_->{part} . ($_->{complete} ? '' : ' cut') } @cut), '1 2 3.1 3.2 3 4 cut', 'cut off in a part');
	# Two messages in one file, and with edits by a milter.
	put("$dir/twice", slurp($f), slurp($milter));
	is(join(' ', map { $_->{extract} } grep { ($_->{event} // '') eq 'part' } records(run('mxqueue', '--extract', "$dir/z", "$dir/twice"))),
	    join(' ', map({ "000001-" . ($f =~ s{.*/}{}r) . "-$_" } qw(1 2 3.1 3.2 3 4)), '000002-400008000D-1'), 'names of extracts');
	is(slurp("$dir/z/000002-400008000D-1"), "Hello\n", 'a text through pointers');
};

subtest 'bundles, and files without a name' => sub {
	# The records but for what only the file system knows.
	my $plain = sub {
		my ($r) = @_;
		my @r = grep { $_->{type} ne 'source' } records($r);

		for my $x (@r) {
			delete @$x{qw(src tls_src mode ready owner group inode mtime ctime atime btime next_try)};
			$x->{contradicts} = join ' ', grep { $_ !~ /^(?:inode|owner)$/ } split / /, $x->{contradicts} // '';
		}
		return join "\n", sort map { JSON::PP->new->canonical->encode($_) } grep { ($_->{event} // '') ne 'retry' } @r;
	};
	my $want = $plain->(run('mxqueue', $spool));
	my %how = ('spool.tar' => "tar -cf $dir/spool.tar -C samples/queue spool", 'spool.tgz' => "tar -czf $dir/spool.tgz -C $spool .",
	    'spool.tar.xz' => "tar -cJf $dir/spool.tar.xz -C samples queue/spool", 'spool.zip' => "cd samples/queue && zip -qr $dir/spool.zip spool");

	for my $name (sort keys %how) {
		is(sh('sh', '-c', $how{$name})->{status}, 0, "$name is made");
		my $r = run('mxqueue', "$dir/$name");
		is("$r->{status}$r->{err}", '0', "$name: status");
		is($plain->($r), $want, "$name: the records of its files");
		is(join(' ', map { "$_->{src} $_->{sha256}" } grep { $_->{type} eq 'source' && $_->{src} } records($r)),
		    "$dir/$name " . sha256_hex(slurp("$dir/$name")), "$name: its hash");
		my ($e) = grep { ($_->{event} // '') eq 'recipient' && $_->{status} eq 'canceled' } records($r);
		my $q = run('mxquote', '--root', $dir, { in => join '', map { JSON::PP->new->encode($_) . "\n" } $e, grep { $_->{type} eq 'source' } records($r) });
		like($q->{out}, qr{/.\Q$e->{to}\E}, "$name: mxquote finds a record again");
		is($q->{status}, 0, "$name: by its hash");
		my ($f) = grep { ($_->{queue} // '') eq 'deferred' } records($r);
		like($f->{src}, qr{^\Q$dir/$name\E!(?:\./|queue/spool/|spool/)?deferred/}, "$name: src");
		like($f->{mtime}, qr/^20\d\d-/, "$name: mtime") if $name ne 'spool.zip';
	}
	my $tar = slurp("$dir/spool.tar");
	is(run('mxqueue', put("$dir/cut.tar", substr $tar, 0, 5000))->{status}, 2, 'a bundle that breaks off');
	my $r = run('mxqueue', '-', { in => slurp($one) });
	is((records($r))[0]{qid}, '400008000D', 'a file on standard input is known by its header and log_ident');
	for my $x (['another header on top', 's/Received: from/X-Other: xx from/r', undef], ['another log_ident', 's/log_ident=400008000D/log_ident=400009000D/r', undef]) {
		my ($name, $edit, $want) = @$x;
		local $_ = slurp($one);

		is((records(run('mxqueue', '-', { in => eval $edit })))[0]{qid}, $want, "but not with $name");
	}
	is(sh('sh', '-c', "gzip -c $one > $dir/one.gz")->{status}, 0, 'compressed');
	is((records(run('mxqueue', "$dir/one.gz")))[0]{src}, "$dir/one.gz\@0-GZIP", 'a compressed one');
	is(run('mxqueue', '--message', "$dir/one.gz")->{out}, run('mxqueue', '--message', $one)->{out}, 'its message');
	is(sh('sh', '-c', "echo nothing | gzip > $dir/log.gz")->{status}, 0, 'a log is made');
	is(run('mxqueue', "$dir/log.gz")->{status}, 1, 'a compressed log is none');
};

# The second one is whole, wherever the first one is damaged or ends.
subtest 'one behind the other, the first one damaged' => sub {
	# Without pointers, which lead into the second one when it is cut off.
	my ($first) = grep { -s $_ > 2500 && slurp($_) !~ /p\x0f {10}/ } @real;
	my ($a, $b) = map { slurp($_) } $first, $one;
	my (@flip, @cut);
	my $second = sub {
		my ($text, $off) = @_;
		my @f = grep { $_->{type} eq 'file' } records(run('mxqueue', '-q', put("$dir/pair", $text . $b)));

		return @f == 2 && $f[1]{off} == $off && $f[1]{complete} && $f[1]{qid} eq '400008000D' && $f[1]{nrcpt} == 2;
	};

	for (my $i = 3; $i < length $a; $i += 41) {
		push @flip, $i if !$second->(substr($a, 0, $i) . (substr($a, $i, 1) ^ "\x55") . substr($a, $i + 1), length $a);
		push @cut, $i if $i > 100 && !$second->(substr($a, 0, $i), $i);
	}
	is("@flip", '', 'a byte changed');
	is("@cut", '', 'cut off');
	# Cut off between two records nothing looks wrong but the end.
	my $end = run('mxqueue', put("$dir/pair", substr slurp($one), 0, 1085));
	is((records($end))[0]{damaged}, '1085+0:no-end-of-message', 'the end alone is missing');
	is($end->{status}, 2, 'that is damage');
	like($end->{err}, qr/pair: offset 1085: no end of message$/m, 'and is said');
	my $r = run('mxqueue', put("$dir/pair", $a, $b));
	is(join(' ', map { $_->{qid} // '' } grep { $_->{type} eq 'file' } records($r)), ($first =~ s{.*/}{}r) . ' 400008000D', 'each has its own ID');
};

subtest 'damage is told' => sub {
	my $whole = slurp($one);

	for my $mode ([], ['--dump'], ['--message']) {
		my $cut = put("$dir/cut", substr $whole, 0, 960);
		one_line(run('mxqueue', @$mode, $cut), "cut @$mode", 2, qr/^mxqueue: \Q$cut\E: offset 929: the file ends in a record$/);
		my $hit = put("$dir/hit", substr($whole, 0, 300) . "\0" x 200 . substr $whole, 500);
		one_line(run('mxqueue', @$mode, $hit), "zero-filled @$mode", 2, qr/^mxqueue: \Q$hit\E: offset 343: no record here$/);
	}
	my @r = records(run('mxqueue', '-q', "$dir/hit"));
	is($r[0]{damaged}, '343+173:no-record-here', 'what was lost');
	is($r[0]{complete} ? 1 : 0, 0, 'not whole');
	is(join(' ', map { $_->{to} } grep { ($_->{event} // '') eq 'recipient' } @r), 'bob@dest.example eve@slow.example', 'the rest is read');
	# Lengths that lead far and nowhere, at every place: read in one go.
	for my $c (["N\x80\x10yyy" x 700000], ["N\x05hello\xff\xff" x 500000], ["A\x08a=bcdefg\x01" x 300000]) {
		my $r = run('mxqueue', '-q', '--dump', put("$dir/far", substr($whole, 0, 803), @$c));
		is($r->{status}, 2, 'a large hostile file: read to its end');
	}
	# Two files, one behind the other, as carved from a disk.
	put("$dir/two", $whole, "\0" x 512, slurp($milter));
	@r = grep { $_->{type} eq 'file' } records(run('mxqueue', '-q', "$dir/two"));
	is(join(' ', map { ($_->{off} // 0) . '+' . $_->{size} . ' ' . $_->{from} } @r),
	    '0+1639 ann@sender.example 1639+580 a@x.example', 'two files in one');
};

subtest 'bad input' => sub {
	my $noise = put("$dir/noise", map { chr(($_ * 7919 + int($_ / 3) * 104729) % 251) } 1 .. 20000);
	my $text = put("$dir/text", $log);

	mkdir "$dir/nothing";
	mkdir "$dir/binary";
	put("$dir/binary/a", 'hello');
	for my $mode ([], ['--dump'], ['--message'], ['--shape', @age]) {
		my $records = !@$mode || $mode->[0] eq '--shape';

		one_line(run('mxqueue', @$mode, "$dir/missing"), "missing @$mode", 2, qr/missing: .*No such file/);
		my $r = run('mxqueue', @$mode, $one, "$dir/missing");
		is($r->{status}, 2, "missing beside a good one @$mode: status");
		is(out($r), out(run('mxqueue', @$mode, $one)), "missing beside a good one @$mode: nothing lost");
	      SKIP: {
			skip 'not root', 2 if $> != 0;
			my $secret = put("$dir/secret", slurp($one));
			chmod 0, $secret;
			chmod 0755, $dir;
			$r = run('mxqueue', @$mode, $secret, { uid => 65534 });
			skip 'tools are out of reach for other users', 2 if $r->{status} =~ /^12[567]$/;
			one_line($r, "unreadable @$mode", 2, qr/secret: .*Permission denied/);
		}
		for my $f ($noise, $text, put("$dir/empty", '')) {
			$r = run('mxqueue', @$mode, $f);
			$records ? one_line($r, "$f @$mode", 1, qr/^mxqueue: \Q$f\E: no queue file$/) :
			    one_line($r, "$f @$mode", 2, qr/^mxqueue: \Q$f\E: offset \d+: /);
		}
		one_line(run('mxqueue', @$mode, "$dir/nothing"), "empty directory @$mode", 1, qr/nothing: no files/) if $records;
		one_line(run('mxqueue', "$dir/binary"), 'directory of other files', 1, qr/^mxqueue: 1 files that are no queue files left out$/) if !@$mode;
		one_line(run('mxqueue', @$mode, { in => '' }), "empty standard input @$mode", $records ? 1 : 2, qr/^mxqueue: -: /);
		# Pipes, by name and without.
		my $want = out(run('mxqueue', @$mode, { from => $milter }));
		$r = sh('bash', '-c', "perl -e '\$| = 1; \$/ = \\7; print while <>' $milter | " . tool_path('mxqueue') . " @$mode -");
		my $drop = sub { $_[0] =~ s/,"mode":.*?(?=,"(?:queue|pending|done|residue|created))//r =~ s/,"id_inode":\d+//r };
		is($drop->(out($r)), $drop->($want), "a pipe in pieces @$mode");
		POSIX::mkfifo("$dir/fifo", 0600) if !-e "$dir/fifo";
		$r = sh('bash', '-c', "cat $milter >$dir/fifo & " . tool_path('mxqueue') . " @$mode $dir/fifo");
		is("$r->{status}$r->{err}", '0', "a named pipe @$mode");
		# Output that cannot be written.
	      SKIP: {
			skip 'no /dev/full', 2 unless -c '/dev/full';
			one_line(run('mxqueue', @$mode, $one, { to => '/dev/full' }), "full disk @$mode", 2, qr/^mxqueue: .*No space left/);
		}
		if (!@$mode) {
			my $many = put("$dir/many", slurp($one) x 500);

			$r = sh('bash', '-c', tool_path('mxqueue') . " $many | head -1 >/dev/null; echo \${PIPESTATUS[0]}");
			like($r->{out}, qr/^(?:2|141)$/, 'closed pipe: status');
			is($r->{err}, '', 'closed pipe: quiet');
		}
		$r = sh('bash', '-c', tool_path('mxqueue') . " @$mode <&-");
		sound($r, "closed standard input @$mode");
		$r = sh('bash', '-c', tool_path('mxqueue') . " @$mode $one >&-");
		is($r->{status}, 2, "closed standard output @$mode");
	}
	my $r = run('mxqueue', put("$dir/a\e[2Jb\n", 'x'), "$dir/c\e\n");
	sound($r, 'hostile names');
	# A symbolic link in a tree leads nowhere.
	mkdir "$dir/tree";
	mkdir "$dir/tree/hold";
	symlink Cwd::abs_path($one), "$dir/tree/hold/400008000D";
	$r = run('mxqueue', "$dir/tree");
	is($r->{status}, 1, 'a symbolic link in a tree is not followed');
	# Wrong usage.
	for my $c ([['--dump', '--message', $one], qr/one of --dump/], [['--shape=age', $one], qr/--shape=sender/],
	    [['--frob', $one], qr/--frob/], [['-o', 'xml', $one], qr/'xml'.*json/], [['-f', 'time,frob', $one], qr/'frob'/],
	    [['-s', '2026-09-02', '-u', '2026-09-01', $one], qr/--since is after --until/], [['-s', 'soon', $one], qr/'soon'/]) {
		$r = run('mxqueue', @{$c->[0]});
		is("$r->{status}$r->{out}", '2', "@{$c->[0]}: status, no answer");
		like($r->{err}, $c->[1], "@{$c->[0]}: why");
	}
	for my $f (sort grep { -f } glob 'samples/bad/*') {
		sound(run('mxqueue', @$_, $f), "$f @$_") for [], ['--dump'];
	}
};

subtest 'the same answer' => sub {
	# What reads a file may change its atime.
	my $r = run('mxqueue', $spool);
	my $want = out($r);

	cmp_ok(length $want, '>', 5000, 'says much');
	is(out(run('mxqueue', $spool, { env => { TZ => $_ } })), $want, "TZ=$_") for 'America/New_York', 'Asia/Kolkata', 'XYZ-13:45';
	is(out(run('mxqueue', $spool, { env => { LC_ALL => $_ } })), $want, "LC_ALL=$_") for 'tr_TR.UTF-8', 'C.UTF-8';
	is(out(run('mxqueue', @$_, $spool)), $want, "@$_") for ['--no-sandbox'], ['-q'], ['-v'];
	is(out(run('mxqueue', $spool, $spool)), $want, 'given twice');
	is(out(run('mxqueue', '--no-hash', $spool)), $want =~ s/"sha256":"[0-9a-f]{64}",//gr, '--no-hash');
	my $sort = sub { join "\n", sort split /\n/, $_[0] };
	is($sort->(out(run('mxqueue', map { "$spool/$_" } qw(maildrop deferred active defer bounce)))), $sort->($want), 'queue by queue');
	# -f, -o: columns, and nothing lost on the way.
	is(scalar(() = run('mxqueue', '-o', 'tsv', '-f', 'type,to', $one)->{out} =~ /^event\t(?:bob\@dest|eve\@slow)\.example$/mg), 2, '-o tsv -f');
};

subtest '--run-log' => sub {
	my $r = run('mxqueue', '--run-log', "$dir/run", $spool);
	my ($o) = map { decode_json($_) } split /\n/, slurp("$dir/run");

	is(out($r), out(run('mxqueue', $spool)), 'the same output');
	is("$o->{tool} $o->{status} $o->{output}{sha256}", 'mxqueue 0 ' . sha256_hex($r->{out}), 'what it gave');
	my %in = map { $_->{path} => $_->{sha256} } @{$o->{inputs}};
	is_deeply(\%in, { map { $_ => sha256_hex(slurp($_)) } grep { -f } map { glob "$spool/$_" } qw(*/* */?/*) }, 'what it was given');
};
done_testing();
