#!/usr/bin/perl

# mxcarve on images put together by chance of what mail leaves on disks, whole,
# cut, over one another and damaged: it ends, with a status of its own; what it
# names lies in the image; threads, pipes, checkpoints and ranges change nothing;
# what was left whole is found.  MX_STRESS=N runs N images.

use strict;
use warnings;
use lib 't';
use Digest::SHA 'sha256_hex';
use JSON::PP ();
use Test::More;
use Mx;
use Stress;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');
$ENV{PATH} .= ':/usr/sbin:/sbin';

my $dir = dir();
my $json = JSON::PP->new->utf8;
my @log = map { slurp($_) } sort glob 'samples/lab/*.log';
my @queue = map { slurp("samples/queue/$_") } qw(400008000D milter);
my @seed = grep { length } map { slurp($_) } grep { -s $_ < 200_000 } sort
    glob 't/fuzz/seeds/{scan,queuejoin,qfile,queuefile,bouncelog,mail,keys,journalfile,journalpart,gunzip,ext4}/*';
my %of;	# of a kind: whole files, made once

sub command {
	my @cmd = @_;
	my $r = sh(@cmd);

	return $r->{status} eq '0' ? $r->{out} : undef;
}

for my $tgz (glob 'samples/queue/standing-*.tgz') {
	mkdir "$dir/q";
	command('tar', '-xzf', $tgz, '-C', "$dir/q") // next;
	push @queue, map { slurp($_) } sort grep { -f } glob "$dir/q/spool/{deferred,defer}/*/*";
	system('rm', '-rf', "$dir/q");
}
{
	my @mail = map { my $f = put("$dir/m", $_); run('mxqueue', '-q', '--message', $f)->{out} } @queue[0 .. 5];
	@mail = grep { /^Received: /m } @mail;
	$of{mail} = [@mail, join '', map { "From ann\@example.com Sun Mar  1 12:00:00 2026\n$_\n" } @mail];
	for ([qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=mx.example.org -days 30)]) {
		command('openssl', @$_, '-keyout', "$dir/k.pem", '-out', "$dir/c.pem") // next;
		push @{$of{key}}, map { slurp("$dir/$_.pem") } qw(k c);
		push @{$of{key}}, grep { defined } command('openssl', 'x509', '-in', "$dir/c.pem", '-outform', 'DER'),
		    command('openssl', 'pkey', '-in', "$dir/k.pem", '-outform', 'DER');
	}
}

# Some lines of a log.
sub lines {
	my @l = split /^/, pick(@log);
	my $from = any(scalar @l);
	my $n = 1 + any(pick(3, 30, 300));

	$n = @l - $from if $n > @l - $from;
	return join '', @l[$from .. $from + $n - 1];
}

sub compress {
	my ($how, $s) = @_;

	return command(@$how, { in => $s });
}

# Where the same is looked for again and again, or leads far away.
sub hostile {
	my $n = 1 + any(pick(10, 1000, 5000));
	my $q = pack('a2 a15 a1 a15 a1 a15', 'C_', '    1000', ' ', '     500', ' ', '       1') . (' ' x 50);
	my $s = pick(
		'/smtp[4711]: ', ' postfix/smtp[1]: ', "Received: by x; y\n", "Received: from a by b; Sun, 01 Mar 2026 12:00:00 +0000\n",
		'MESSAGE=', "__CURSOR=\n", "LPKSHHRH" . noise(2000), "-----BEGIN CERTIFICATE-----\n", "\x30\x82\x01\x01\x02\x01\0\x30",
		"\x1f\x8b\x08\0\0\0\0\0\0\x03", "\x28\xb5\x2f\xfd\x04\x58\xff\xff\xff", "\xfd7zXZ\0\0\4\xe6\xd6\xb4\x46", "N\x05hello", "N\0", "X\0", "L\x05hello",
		substr($q x 9, 0, 512), substr(slurp('samples/queue/400008000D') . "\0" x 512, 0, 512),
		"<a\@b>: x\nrecipient=a\@b\nstatus=4.4.1\naction=delayed\nreason=x\n\n", "{\"log\":\"", "\\\"",
		"2026-09-01T10:04:04.000000000Z stdout P postfix/smtpd[1]: " . 'x' x any(40000) . "\n",
		"2026-09-01T10:04:04.000000000Z stderr F Sep  1 10:04:04 mx postfix/smtpd[100]: connect from a[192.0.2.1]\n",
		"Sep  1 10:04:04 mx sshd[1]: x\n", "Sep  1 10:04:04 mx postfix/smtpd[100]: ", "<22>1 2026-09-01T10:04:04Z mx postfix/smtpd 1 - - ",
	);

	return substr join('', lines(), $s x $n, lines()), 0, 900_000;
}

# A part of an image and what it is; whole says that it can be found.
sub part {
	my $k = any(11);
	my $s;

	return ['log', lines()] if $k < 3;
	return ['gzip', compress(pick(['gzip', '-nc'], ['xz', '-c'], ['zstd', '-qc'], ['gzip', '-nc1']), join '', map { lines() } 1 .. 1 + any(8)) // ''] if $k == 3;
	return ['gzip', compress(['gzip', '-nc'], compress(['gzip', '-nc'], lines()) . lines()) // ''] if $k == 4 && coin(2);
	return ['queue', pick(@queue)] if $k < 6;
	return ['mail', pick(@{$of{mail}})] if $k == 6;
	return ['key', "\n" . pick(@{$of{key}}) . "\n"] if $k == 7 && $of{key};
	return ['other', hostile()] if $k == 8;
	return ['other', pick(@seed)] if $k == 9;
	return ['other', noise(1 + any(300_000))];
}

# A file system with queue files and logs that were deleted.
sub file_system {
	my $fs = "$dir/fs.img";
	my $root = "$dir/root";
	my @names;

	mkdir $root;
	for my $i (0 .. 5 + any(20)) {
		push @names, pick("mail.log.$i", sprintf('%X0008%04X', 4 + any(11), any(65536)), "mail.log.$i.gz", "other$i");
		put("$root/$names[-1]", pick(lines(), pick(@queue), lines() . "\0" x any(5000)));
	}
	unlink $fs;
	my $r = system("mke2fs -q -F -t " . pick(qw(ext4 ext3 ext2)) . " -b " . pick(1024, 4096) . " -d $root $fs " . pick('4M', '8M') . " >/dev/null 2>&1");
	system('rm', '-rf', $root);
	return noise(5000) if $r != 0;
	put("$dir/do", map { "rm /$_\n" } grep { coin(2) } @names);
	system("debugfs -w -f $dir/do $fs >/dev/null 2>&1");
	return slurp($fs);
}

sub gap {
	return "\0" x pick(1, any(600), 512 * any(20), any(100_000), any(1_500_000));
}

# An image, and its parts that nothing was done to.
sub build {
	my $plain = coin(3);
	my $image = '';
	my @part;
	my $fs = !$plain && coin(4);

	$image = file_system() if $fs;
	for (1 .. 3 + any(40)) {
		my ($kind, $s) = @{part()};

		next if $plain && $kind eq 'other';
		$image .= gap();
		$image .= "\0" x (-length($image) % pick($kind eq 'queue' ? (512, 4096) : (1, 512, 4096)));
		if (!$plain && coin(3)) {
			$kind = 'other';
			$s = substr $s, any(2) * any(length($s) + 1), any(length($s) + 1);
			$s = damage($s, any(4));
			if (@part && coin(3)) {
				$image =~ s/\0+\z//;
				$part[-1]{kind} = 'other';
			}
		}
		push @part, { kind => $kind, off => length $image, len => length $s };
		$image .= $s;
		$image .= "\0" if $kind ne 'other';
	}
	$image .= gap();
	if (!$plain && coin(2)) {
		for (1 .. 1 + any(30)) {
			my $at = any(length $image);
			my $s = pick("\0" x any(3000), noise(any(3000)), pick("\1", "\x80", 'N', "\xff"), substr($image, any(length $image), any(20000)));

			$s = substr $s, 0, length($image) - $at;
			substr($image, $at, length $s) = $s;
			$_->{kind} = 'other' for grep { $at < $_->{off} + $_->{len} + 1 && $at + length $s >= $_->{off} } @part;
		}
	}
	return ($image, $plain, $fs, @part);
}

sub records { return decoded($_[0]{out}) }

# What has a place in the image itself has bytes in it.
sub check_places {
	my ($what, $image, $from, $until, @r) = @_;

	for my $r (grep { $_->{type} =~ /^(event|file)$/ } @r) {
		my $size = length $image;
		my $name = "$what: " . $json->canonical->encode($r);

		if ($r->{src} =~ /\@(\d+)-[A-Z]+$/) {
			return wrong($name) if $1 >= $size;
			next;
		}
		for my $p (defined $r->{refs} ? split(/ /, $r->{refs}) : defined $r->{off} ? "$r->{off}+$r->{len}" : ()) {
			my ($off, $len) = split /\+/, $p;

			return wrong($name) if $off + $len > $size;
		}
		next if !defined $r->{off} || exists $r->{inode} || !defined $r->{daemon} || $r->{off} + $r->{len} > $size;
		my $bytes = substr $image, $r->{off}, $r->{len};
		# A journal may keep its texts compressed.
		my $text = exists $r->{seqnum} ? '' : ($r->{text} // '') =~ s/[\\?].*//sr;
		return wrong("$name: other bytes") if $text =~ /^[ -~]{8,}$/ && $bytes !~ /^[\{_]|\\/ && index($bytes, substr $text, 0, 200) < 0;
		return wrong("$name: before the range") if $r->{off} + $r->{len} <= $from || $r->{off} >= $until;
	}
	return 1;
}

# Lines and files that nothing was done to are in the records.
sub check_found {
	my ($image, $r, @part) = @_;
	my (%line, %file);

	for (@$r) {
		next if ($_->{src} // "") =~ /\@\d+-[A-Z]+$/;
		$line{$_->{off}} = 1 if $_->{type} eq 'event' && defined $_->{off};
		$file{$_->{off}} = $_ if $_->{type} eq 'file' && defined $_->{off} && !exists $_->{inode};
	}
	for my $p (@part) {
		my $s = substr $image, $p->{off}, $p->{len};

		if ($p->{kind} eq 'log') {
			my $off = $p->{off};

			for my $l (split /^/, $s) {
				wrong("no line at $off: $l") if !$line{$off} && $l =~ m{ postfix[\w/-]*/\w+\[\d+\]: .};
				$off += length $l;
			}
		} elsif ($p->{kind} eq 'queue' && $p->{off} % 512 == 0) {
			my $f = $file{$p->{off}};

			wrong("no queue file at $p->{off}") if !$f || ($s =~ /\AC/ && (!$f->{complete} || $f->{sha256} ne sha256_hex($s)));
		} elsif ($p->{kind} eq 'key') {
			my $at = $p->{off} + 1;

			wrong("no key at $at") if !$file{$at};
		}
	}
	return;
}

sub no_source { return join '', grep { !/^\{"type":"source"/ } split /^/, $_[0] =~ s/"((?:tls_)?src)":"(?:-|\Q$_[1]\E)/"$1":"/gr }

rounds(sanitized() ? 4 : 8, sub {
	my ($image, $plain, $fs, @part) = build();
	my $f = put("$dir/i.img", $image);
	my @o = ('-q', '-y', 2026, '-z', 'UTC');
	my $size = length $image;

	keep_file($f);
	my $one = run('mxcarve', @o, '--copies', $f);
	sound('as it is', $one) or return;
	my @r = records($one);
	check_places('as it is', $image, 0, $size, @r);
	check_found($image, \@r, @part);
	wrong('status') if $plain && $one->{status} eq '2';

	my $r = run('mxcarve', @o, '--copies', '-j', 2, $f);
	same_bytes('-j 2', $r->{out}, $one->{out}) if sound('-j 2', $r);
	$r = run('mxcarve', @o, '--copies', '-', { in => $image });
	sound('from a pipe', $r) && $plain && same_bytes('from a pipe', no_source($r->{out}, $f), no_source($one->{out}, $f));

	my ($from, $len) = (any($size), any($size));
	my @range = ('--offset', $from, coin(3) ? () : ('--length', $len));
	$r = run('mxcarve', @o, pick('--copies', '--disk-order', '-j2'), @range, $f);
	check_places("@range", $image, $from, @range > 2 ? $from + $len : $size, records($r)) if sound("@range", $r);
	$r = run('mxcarve', @o, '--unallocated', pick('-j2', '--copies'), $f);
	check_places('--unallocated', $image, 0, $size, records($r)) if sound('--unallocated', $r);

	system('rm', '-rf', "$dir/x", "$dir/map.svg", "$dir/rest", "$dir/cp");
	$r = run('mxcarve', @o, '--extract', "$dir/x", '--map', pick("$dir/map.svg", '-'), '--rest', "$dir/rest", $f);
	if (sound('--extract', $r)) {
		my $sums = sh('sha256sum', '-c', '--quiet', 'manifest.sha256', { cd => "$dir/x" });

		wrong('manifest', @{$sums->{errs}}) if -s "$dir/x/manifest.sha256" && $sums->{status} ne '0';
		wrong('the rest is as long') if -s "$dir/rest" != $size;
	}
	$r = run('mxcarve', @o, '-o', 'dfxml', $f);
	if (sound('dfxml', $r)) {
		my $x = sh('xmllint', '--noout', '-', { in => $r->{out} });

		wrong('dfxml', @{$x->{errs}}[0 .. 1]) if $x->{status} !~ /^(0|127)$/;
		wrong("dfxml: $1 $2") if $r->{out} =~ /img_offset=['"](\d+)['"] len=['"](\d+)['"]/ && $1 + $2 > $size;
	}
	return if !coin(4);
	# A checkpoint has marks only in what is large: mostly a hole.
	truncate $f, 140 * 1024 * 1024 or die "truncate: $!\n";
	open my $h, '+<:raw', $f or die "$f: $!\n";
	seek $h, pick(64, 65, 100) * 1024 * 1024 + any(3), 0;
	print $h substr $image, 0, 2_000_000;
	close $h;
	my $big = run('mxcarve', @o, $f);
	$r = run('mxcarve', @o, '--checkpoint', "$dir/cp", $f);
	same_bytes('with a checkpoint', $r->{out}, $big->{out}) if sound('--checkpoint', $r);
	my $cp = slurp("$dir/cp");
	for my $bad (0, 1) {
		put("$dir/cp", $bad ? damage($cp, 2) : substr $cp, 0, any(1 + length $cp));
		$r = run('mxcarve', @o, '--checkpoint', "$dir/cp", $f);
		sound('resumed', $r) && !$bad && same_bytes('resumed', $r->{out}, $big->{out});
	}
});

done_testing();
