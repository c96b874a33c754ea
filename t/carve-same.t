#!/usr/bin/perl

# The same disk as a raw image, in split files, as EWF and through a pipe: the
# same records but for src, and mxquote gives the bytes of each of them.

use strict;
use warnings;
use lib 't';
use Chance 'noise';
use Journal;
use Mx;
use Test::More;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');
plan skip_all => 'no systemd-journal-remote' unless can_make();

my $mb = 1024 * 1024;

# A file of a set.
my $file = 256 * 1024;

sub packed {
	my ($tool, $suffix, $text) = @_;

	put("$dir/z", $text);
	is(sh(split(/ /, $tool), "$dir/z")->{status}, '0', $tool);
	return slurp("$dir/z$suffix");
}

sub day { my ($n, $text) = @_; return $text =~ s/^Sep  1/Sep  $n/mgr }

# What is on the disk: every kind of evidence, whole, damaged and in pieces.
my $queue = slurp('samples/queue/400008000D');
# A longer message, so that it takes two blocks.
my $more = join '', map { 'N' . chr(length $_) . $_ } map { "This is line $_ of the report." } 1 .. 150;
substr($queue, 1092, 0) = $more;
substr($queue, 2, 15) = substr($queue, 66, 15) = sprintf '%15d', 289 + length $more;
my $big = big_log(300);
my $lab = join '', map { slurp($_) } sort glob 'samples/lab/*.log';
my $gz = packed('gzip -nf', '.gz', day(2, $big));
my $hole = packed('gzip -nf', '.gz', $lab);
substr($hole, int(length($hole) * 0.8), 64) = "\0" x 64;
# Without the room behind their last object.
my $journal = slurp(journal('a.journal', lab_export(qw(hops agents)))) =~ s/\0{4096}\0+\z//r;
my $old = slurp(journal('b.journal', lab_export('refusals'), keyed => 0)) =~ s/\0{4096}\0+\z//r;
my ($first) = grep { $_->[1] == 1 } objects($old);
is(sh('openssl', qw(req -x509 -newkey rsa:2048 -nodes -subj /CN=mx.example.org -keyout), "$dir/k.pem", '-out', "$dir/k.crt")->{status}, '0', 'openssl');
my $mail = "From ann\@example.net Tue Sep  1 10:00:00 2026\nReceived: from a (a [192.0.2.1])\n\tby mx.example.com (Postfix) with ESMTPS id 1E240140209\n\tfor <b\@example.com>; Tue,  1 Sep 2026 10:00:00 +0000 (UTC)\nFrom: a\@example.net\nTo: b\@example.com\nSubject: x\nDate: Tue, 1 Sep 2026 10:00:00 +0000\nMessage-ID: <1\@example.net>\n\nText.\n\n";
my $noise = noise($mb, 11);
my @part = ($log, $queue, $gz, packed('xz -f', '.xz', day(3, $log)), packed('zstd -q --rm -f', '.zst', day(4, $log)),
    $hole, $journal, substr($noise, 0, 70000), substr($old, int($first->[0] / 4096) * 4096),
    substr($journal, 0, int(length($journal) / 2 / 4096) * 4096), slurp("$dir/k.pem"), slurp("$dir/k.crt"), $mail,
    substr($queue, 0, 4096), substr($noise, 0, 20000), substr($queue, 4096), $noise, substr($queue, 0, 700));
my $image = "\0" x 512 . substr($noise, 0, 5000) . "\0" x 200;
$image .= $_ . "\0" x (4096 - length($image . $_) % 4096) for @part;
$image .= day(6, $log);
$image .= "\0" x (-length($image) % 512);
put("$dir/d.img", $image);
cmp_ok(length $image, '>', 2 * $mb, 'it is larger than a file of the sets');

my @opt = ('-q', '-y', 2026);
my $raw = run('mxcarve', @opt, 'd.img', { cd => $dir });
is($raw->{status}, 0, 'raw: status');
my %kind;
$kind{($_->{src} // '') =~ s/^[^@]*//r =~ s/[\d.+,]+/N/gr . " $_->{type}"}++ for map { record($_) } split /^/, $raw->{out};
for ('@N-GZIP event', '@N-XZ event', '@N-ZSTD event', '@N-JOURNAL event', '@N-GZIP@N-DEFLATE event', ' event', ' file') {
	cmp_ok($kind{$_} // 0, '>', 0, "in the image there are: $_");
}

# Records, but for the name of the image and what is told of it.
sub bare {
	my ($r, $name) = @_;
	my $s = $r->{out} =~ s/^\{"type":"source".*\n//mr;

	return $s =~ s/"(src|tls_src)":"\Q$name\E/"$1":"IMAGE/gr;
}

sub source { return (grep { $_->{type} eq 'source' } map { record($_) } split /^/, $_[0]{out})[0] }

sub same {
	my ($r, $name, $what) = @_;
	my @a = split /^/, bare($r, $name);
	my @b = split /^/, bare($raw, 'd.img');
	my $n = 0;

	is($r->{status}, 0, "$what: status");
	$n++ while $n < @a && $n < @b && $a[$n] eq $b[$n];
	is($n < @a || $n < @b ? "$n\n" . ($a[$n] // "end\n") . ($b[$n] // "end\n") : '', '', "$what: the same records");
	is(source($r)->{sha256}, source($raw)->{sha256}, "$what: the same hash");
}

# Every byte, as the records tell where it is.
sub quote {
	my ($r, @opt) = @_;

	return run('mxquote', '-q', '--keys', @opt, '-', { in => $r->{out}, cd => $dir });
}

# But for what has to be searched for, which takes its time.
sub few {
	my ($r, @opt) = @_;

	return quote({ out => join '', grep { !/-DEFLATE"/ } split /^/, $r->{out} }, @opt);
}

my $quoted = quote($raw);
my $few = few($raw);
is($quoted->{status}, 0, 'raw: quoted');
cmp_ok(length $quoted->{out}, '>', 200_000, 'raw: and that is much');
my @e = grep { $_->{type} ne 'source' && ($_->{src} // '') eq 'd.img' && defined $_->{off} && $_->{len} < $mb } map { record($_) } split /^/, $raw->{out};
my $bytes = join '', map { my $e = $_; (defined $e->{refs} ? join "\n", map { /(\d+)\+(\d+)/; substr $image, $1, $2 } split ' ', $e->{refs} : substr $image, $e->{off}, $e->{len}) . "\n" } @e;
my $own = run('mxquote', '-qa', '--keys', '-', { in => join('', grep { /"src":"d\.img"/ } split /^/, $raw->{out}), cd => $dir });
is($own->{status}, 0, 'raw: what is stored as it is: status');
ok($own->{out} eq $bytes, 'raw: the bytes are those of off and len');

subtest 'split' => sub {
	my $n = 0;

	put(sprintf("$dir/s.%03d", ++$n), substr $image, ($n - 1) * $file, $file) while $n * $file < length $image;
	my $r = run('mxcarve', @opt, 's.001', { cd => $dir });
	same($r, 's.001', 'split');
	my $q = quote($r);
	is($q->{status} . $q->{err}, '0', 'quoted: status');
	ok($q->{out} eq $quoted->{out}, 'quoted: the same bytes');
	mkdir "$dir/away";
	rename $_, $_ =~ s{/s\.}{/away/s.}r for glob "$dir/s.0*";
	is(quote($r)->{status}, 2, 'not where it is not');
	ok(few($r, '--root', "$dir/away")->{out} eq $few->{out}, '--root');
	ok(few($r, '--as', "s.001=$dir/away/s.001")->{out} eq $few->{out}, '--as');
	ok(few($r, '--as', 's.001=d.img')->{out} eq $few->{out}, '--as a raw image');
	rename "$dir/away/s.004", "$dir/away/x";
	$q = quote($r, '--root', "$dir/away");
	is("$q->{status}$q->{out}", '2', 'one of its files is missing: nothing');
	like($q->{err}, qr/s\.001: has 786432 bytes, but had \d+ when it was read/, 'and says so');
	put("$dir/away/s.004", substr($image, 3 * $file, $file - 1), 'x');
	$q = quote($r, '--root', "$dir/away");
	is("$q->{status}$q->{out}", '2', 'a byte is another: nothing');
	like($q->{err}, qr/another SHA-256/, 'and says so');
	# A file of a log that has such a name is one.
	put("$dir/mail.00$_", day($_, $log)) for 1, 2;
	$q = run('mxtrace', '-q', '-e', '-y', 2026, 'mail.002', 'mail.001', { cd => $dir });
	ok(quote($q)->{out} eq day(1, $log) . day(2, $log), 'logs with such names are logs');
};

subtest 'EWF' => sub {
	plan skip_all => 'no ewfacquire' if sh('sh', '-c', 'command -v ewfacquire')->{status} ne '0';
	is(sh('ewfacquire', '-u', '-q', '-c', 'fast', '-S', $mb, '-f', 'encase6', '-t', "$dir/e", "$dir/d.img")->{status}, '0', 'ewfacquire');
	cmp_ok(scalar(() = glob "$dir/e.E*"), '>', 1, 'several files');
	my $r = run('mxcarve', @opt, 'e.E01', { cd => $dir });
	same($r, 'e.E01', 'EWF');
	my $q = quote($r);
	is($q->{status} . $q->{err}, '0', 'quoted: status');
	ok($q->{out} eq $quoted->{out}, 'quoted: the same bytes');
	ok(few($raw, '--as', 'd.img=e.E01')->{out} eq $few->{out}, '--as for a raw image');
	ok(few($r, '--as', 'e.E01=d.img')->{out} eq $few->{out}, '--as a raw image');
	mkdir "$dir/far";
	rename $_, $_ =~ s{/e\.}{/far/e.}r for glob "$dir/e.E*";
	ok(few($r, '--root', 'far')->{out} eq $few->{out}, '--root');
	ok(few($r, '--as', 'e.E01=far/e.E01')->{out} eq $few->{out}, '--as');
	# What is piped on.
	my $t = run('mxtrace', '-q', '-', { in => $r->{out}, cd => $dir });
	my $m = run('mxtrace', '-q', '-', { in => $raw->{out}, cd => $dir });
	$q = quote($t, '--root', 'far');
	is($q->{status}, 0, 'quoted by messages: status');
	ok($q->{out} eq quote($m)->{out}, 'quoted by messages: the same bytes');
	cmp_ok(length $q->{out}, '>', 10_000, 'and that is much');
	rename "$dir/far/e.E02", "$dir/far/x";
	return if sanitized();	# libewf leaks what is missing
	$q = quote($r, '--root', 'far');
	is("$q->{status}$q->{out}", '2', 'one of its files is missing: nothing');
	like($q->{err}, qr/e\.E01/, 'and says so');
};

# Of a pipe there is no second look: what lies in pieces is found as pieces.
subtest 'a pipe' => sub {
	my $r = sh('sh', '-c', 'cd "$1" && cat d.img | "$0" -q -y 2026 -', tool_path('mxcarve'), $dir);
	my %have = map { $_ => 1 } split /^/, bare($r, '-');
	my @lost = grep { !$have{$_} } split /^/, bare($raw, 'd.img');

	is($r->{status}, 0, 'status');
	is(join('', grep { !/"type":"(?:file|coverage)"|"queue":""/ } @lost), '', 'all but what lies in pieces');
	is(source($r)->{sha256}, source($raw)->{sha256}, 'the same hash');
	my $q = run('mxquote', '-q', '--keys', '--as', '-=d.img', '-', { in => $r->{out}, cd => $dir });
	is($q->{status}, 0, 'quoted with --as: status');
	cmp_ok(length $q->{out}, '>', 0.9 * length $quoted->{out}, 'quoted with --as');
};

done_testing();
