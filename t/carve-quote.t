#!/usr/bin/perl

# mxquote of what mxcarve found in compressed files inside of an image: the
# bytes of every line, wherever it was decoded from.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();

sub pack_by {
	my ($tool, $suffix, @text) = @_;

	put("$dir/z", @text);
	system("$tool $dir/z") == 0 or die "$tool\n";
	return slurp("$dir/z$suffix");
}

sub gz { return pack_by('gzip -nf', '.gz', @_) }

sub day { my ($n, $text) = @_; return $text =~ s/^Sep  1/Sep  $n/mgr }

sub quoted {
	my ($records, @opt) = @_;

	return run('mxquote', '-q', @opt, '-', { in => $records, cd => $dir });
}

# The records of these streams, and what a stream ends with.
sub only {
	my ($records, $like) = @_;

	return join '', grep { /"type":"(?:source|coverage)"/ || /"src":"[^"]*$like"/ } split /^/, $records;
}

my $long = big_log(2000);
my %in = (gz => gz(day(2, $log)), xz => pack_by('xz -f', '.xz', day(3, $log)), zst => pack_by('zstd -q --rm -f', '.zst', day(4, $log)),
    two => gz('x' x 5000, gz(day(5, $log))), cut => substr(gz(day(6, $long)), 0, 9000));
my %at;
my $image = "\0" x 4096;
for (sort keys %in) {
	$at{$_} = length $image;
	$image .= $in{$_} . "\0" x (4096 - length($in{$_}) % 4096);
}
put("$dir/i.img", $image);
my $r = run('mxcarve', '-q', '-y', 2026, '--disk-order', 'i.img', { cd => $dir });

for ([gz => 2, "\@$at{gz}-GZIP"], [xz => 3, "\@$at{xz}-XZ"], [zst => 4, "\@$at{zst}-ZSTD"], [two => 5, "\@$at{two}-GZIP\@5000-GZIP"]) {
	my ($name, $n, $path) = @$_;
	my $q = quoted(only($r->{out}, $path));

	is($q->{status}, 0, "$name: status");
	ok($q->{out} eq day($n, $log), "$name: every line");
}
my $cut = quoted(only($r->{out}, "\@$at{cut}-GZIP"));
is($cut->{status}, 0, 'cut off: status');
cmp_ok(length $cut->{out}, '>', 20000, 'cut off: what decodes');
ok(index(day(6, $long), substr $cut->{out}, 0, 20000) == 0, 'and that is the log');
my $all = quoted($r->{out});
is($all->{status}, 0, 'all at once');
is(length $all->{out}, 4 * length($log) + length $cut->{out}, 'nothing behind the one that is cut off is left out');

# An image whose first bytes are a compressed file.
put("$dir/first.img", $in{gz}, "\0" x 4096, gz(day(7, $log)));
my $first = run('mxcarve', '-q', '-y', 2026, '--disk-order', 'first.img', { cd => $dir });
my $f = quoted($first->{out});
is($f->{status}, 0, 'a compressed file at the start: status');
ok($f->{out} eq day(2, $log) . day(7, $log), 'that one, and what comes behind it');

# Near misses: where nothing begins, past the end, too deep, other words.
my ($some) = grep { /\@$at{gz}-GZIP/ } split /^/, $r->{out};
my $end = only($r->{out}, 'none');
for (["\@@{[$at{gz} + 1]}-GZIP", 'a byte further'], ["\@$at{gz}-XZ", 'as another kind'], ["\@$at{gz}-GZIP\@0-GZIP", 'in it'],
    ["\@$at{gz}-GZIP" . "\@0-GZIP" x 3, 'too deep'], ["\@$at{gz}-GUNZIP", 'no word'], ['@99999999-GZIP', 'behind the image'],
    ["\@$at{gz}-GZIP\@", 'half a path']) {
	my $q = quoted($some =~ s/\@$at{gz}-GZIP/$_->[0]/r . $end);

	is("$q->{status} $q->{out}", '2 ', "$_->[1]: nothing is quoted");
}
# One that is not there, beside one that is: that one once.
my $beside = quoted(only($r->{out}, "\@$at{gz}-GZIP") . ($some =~ s/\@$at{gz}-GZIP/\@8-GZIP/r));
is($beside->{status}, 2, 'one is not there: status');
ok($beside->{out} eq day(2, $log), 'the other one is quoted once');
my $past = quoted($some =~ s/"off":\d+/"off":99999999/r . $end);
is("$past->{status} $past->{out}", '2 ', 'behind its end');

# A compressed log that ext2 kept in pieces, with blocks of its map between them:
# the file system knows them, and each line is told and quoted by them.
subtest 'in pieces' => sub {
	$ENV{PATH} .= ':/usr/sbin:/sbin';
	plan skip_all => 'no debugfs' if sh('debugfs', '-V')->{status} ne '0';
	my ($root, $img, $text) = ("$dir/root", "$dir/ext2.img", day(8, big_log(3000)));
	my $packed = gz($text);

	mkdir $root;
	put("$root/mail.log.2.gz", $packed);
	is(sh('mke2fs', '-q', '-t', 'ext2', '-b', 1024, '-d', $root, $img, '8M')->{status}, 0, 'mke2fs');
	is(sh('debugfs', '-w', '-R', 'rm /mail.log.2.gz', $img)->{status}, 0, 'debugfs');
	my $bytes = slurp($img);
	cmp_ok(index($bytes, $packed), '<', 0, 'it lies in pieces');
	my $r = run('mxcarve', '-q', '-y', 2026, '--disk-order', '--copies', 'ext2.img', { cd => $dir });
	my $path = qr/"src":"ext2\.img@((?:\d+\+\d+,)+\d+\+\d+)-GZIP"/;
	my ($pieces) = $r->{out} =~ $path;
	is($r->{status}, 0, 'status');
	is(scalar(() = $r->{out} =~ /$path/g), scalar(() = $text =~ /\n/g), 'every line');
	is(join('', map { /(\d+)\+(\d+)/; substr $bytes, $1, $2 } split /,/, $pieces), $packed, 'the path is that of its bytes');
	my $some = join '', grep { /$path/ || /"type":"(?:source|coverage)"/ } split /^/, $r->{out};
	my $q = quoted($some);
	is($q->{status}, 0, 'quoted: status');
	ok($q->{out} eq $text, 'quoted: every line');
	my @e = grep { /$path/ } split /^/, $some;
	is(scalar(grep { !/"confidence":"high"/ } @e), 0, 'and sure');
	for ([$pieces =~ s/,.*//r, 'without the others'], [$pieces =~ s/(\d+)\+/($1 + 1) . '+'/er, 'a byte further'], ["$pieces,", 'and a comma'],
	    [$pieces =~ s/\+\d+,/+0,/r, 'a piece of nothing'], [join(',', ('1024+1') x 65), 'too many'], ['18446744073709551615+9', 'too far']) {
		my $q = quoted($e[-1] =~ s/\Q$pieces\E/$_->[0]/r . $end);

		is("$q->{status} $q->{out}", '2 ', "$_->[1]: nothing is quoted");
	}
	my $x = run('mxcarve', '-q', '-y', 2026, '--extract', "$dir/x", 'ext2.img', { cd => $dir });
	my ($name) = $x->{out} =~ /$path.*"extract":"([^"]*)"/ ? $2 : $x->{out} =~ /"extract":"(gzip[^"]*)".*?$path/ ? $1 : '';
	ok($name ne '' && slurp("$dir/x/$name") eq $text, 'their file has them all');

	# With its last block overwritten, its checksum is wrong: nothing of this.
	my ($off, $len) = $pieces =~ /(\d+)\+(\d+)$/;
	substr($bytes, $off, 100) = "\xff" x 100;
	put("$dir/over.img", $bytes);
	my $o = run('mxcarve', '-q', '-y', 2026, '--copies', 'over.img', { cd => $dir });
	unlike($o->{out}, qr/over\.img@\d+\+/, 'not if it is not whole');
};

done_testing();
