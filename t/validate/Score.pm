package Score;

# What mxcarve gives back of an image, beside what was in it: rows of the
# tables of doc/validation.md, in @row.  The words are explained there.

use strict;
use warnings;
use Digest::SHA 'sha256_hex';
use Exporter 'import';
use Disk;
use Journal qw(objects export);
use Time::Local 'timegm';

our @EXPORT = qw(@row carve score_lines score_entries score_files);
our @row;
my $bin = $ENV{MX_BIN} || 'bin';

# Events and files of an image.
sub carve {
	my ($image) = @_;
	my (@event, @file);

	open my $p, '-|', "$bin/mxcarve", '-q', $image or die "mxcarve: $!\n";
	while (<$p>) {
		next unless /^\{"type":"(event|file)"/;
		# A value's quotes are escaped, so these are keys; a JSON parser in
		# Perl takes minutes.
		my $r = {};
		$r->{$1} = $2 // $3 while /[,{]"(type|time|src|format|seqnum|note|confidence|sha256|complete|off|len|pid)":(?:"([^"]*)|([^",}]*))/g;
		$r->{complete} = 0 if ($r->{complete} // '') ne 'true';
		push @{$r->{type} eq 'event' ? \@event : \@file}, $r;
	}
	close $p;
	die "mxcarve: status $?\n" if ($? >> 8) > 2 || $? & 127;
	return (\@event, \@file);
}

# What became of the lines of a class: complete, partial, wrong, missed.
sub score_lines {
	my ($what, $how, $image, $event, $text, $of, $packed) = @_;
	my %true = map { $_ => 1 } split /\n/, $text;
	my %intact;

	# Of a compressed file: $of is what it holds, $packed the file.
	if ($of) {
		%intact = %true if $image eq '' || lying($image, $packed) eq $packed;
	} else {
		while ($image =~ /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 mx postfix[^\n\0]*)\n/g) {
			$intact{$1} = 1 if $true{$1};
		}
	}
	my (%got, %part, %wrong);

	for my $e (@$event) {
		next if exists $e->{seqnum};
		my $line = $of ? undef : substr $image, $e->{off}, $e->{len};

		if ($of) {
			next unless $e->{src} =~ /\@[\d+,]+-(?:GZIP|XZ|ZSTD)/;
			$line = substr $of, $e->{off}, $e->{len};
		} else {
			next if $e->{src} =~ /\@[\d+,]+-/;
		}
		if ($true{$line}) {
			$got{$line} = 1;
		} elsif (($e->{note} // '') =~ /\bcut\b/ || $e->{confidence} ne 'high') {
			$part{$line} = 1;
		} else {
			$wrong{$line} = 1;
		}
	}
	push @row, [$what, $how, scalar keys %true, scalar keys %intact, scalar(grep { $got{$_} } keys %intact),
	    scalar keys %part, scalar keys %wrong, scalar(grep { !$got{$_} } keys %intact)];
}

# Entries of a journal, as journalctl exports them: $bytes are the journal's,
# $lying what the image has in their place.  One is intact if it lies there
# with all data that it names.
sub score_entries {
	my ($what, $how, $image, $event, $journal, $lying) = @_;
	my $bytes = slurp($journal);
	my (%true, %intact, %got, %part, %wrong, %of, %time);
	my @o = objects($bytes);
	my %size = map { $_->[0] => $_->[3] } @o;
	my @export = entries_of(export($journal));
	my @entry = map { $_->[0] } grep { $_->[1] == 3 } @o;

	$lying .= '#' x (length($bytes) - length $lying);
	die "$journal: @{[scalar @export]} entries, not @{[scalar @entry]}\n" if @export != @entry;
	for my $i (0 .. $#export) {
		my $at = $entry[$i];
		my @data = unpack '(Q<x8)*', substr $bytes, $at + 64, $size{$at} - 64;

		$true{$export[$i]} = 1;
		$intact{$export[$i]} = 1 unless grep { substr($bytes, $_, $size{$_}) ne substr $lying, $_, $size{$_} } $at, @data;
		my ($text) = $export[$i] =~ /^MESSAGE=(.*)$/m;
		$of{$text} = $export[$i];
		($time{$text}) = $export[$i] =~ /^_SOURCE_REALTIME_TIMESTAMP=(\d+)$/m;
	}
	# Those of a piece without header rest on their text.
	for my $e (grep { exists $_->{seqnum} && $_->{src} !~ /-JOURNAL$/ } @$event) {
		my $text = substr(bytes_at($image, $e->{off}, $e->{len}), length 'MESSAGE=');

		if ($of{$text} && micro($e->{time}) == $time{$text}) {
			$got{$of{$text}} = 1;
		} else {
			($e->{confidence} eq 'high' ? \%wrong : \%part)->{$text} = 1;
		}
	}
	for my $sure (1, 0) {
		for (entries_of(scalar quoted($image, $sure))) {
			if ($true{$_}) {
				$got{$_} = 1;
			} else {
				($sure ? \%wrong : \%part)->{$_} = 1;
			}
		}
	}
	push @row, [$what, $how, scalar keys %true, scalar keys %intact, scalar(grep { $got{$_} } keys %intact),
	    scalar keys %part, scalar keys %wrong, scalar(grep { !$got{$_} } keys %intact)];
}

sub bytes_at {
	my ($path, $off, $len) = @_;
	my $s;

	open my $f, '<:raw', $path or die "$path: $!\n";
	seek $f, $off, 0;
	read $f, $s, $len;
	return $s;
}

# Microseconds of a time with six digits of them.
sub micro {
	my ($y, $mo, $d, $h, $m, $s, $us) = $_[0] =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d{6})Z$/ or return -1;

	return timegm($s, $m, $h, $d, $mo - 1, $y) . $us;
}

# Entries of an export, without the cursor, which names the file.
sub entries_of {
	return map { s/^__CURSOR=.*\n//mr } split /\n\n/, $_[0];
}

# What the events of a journal in the image rest on: the sure ones, or others.
sub quoted {
	my ($image, $sure) = @_;
	my $not = $sure ? '' : '-v';

	return scalar qx{$bin/mxcarve -q --copies $image >$dir/records;
	    { grep -a '"src":"[^"]*-JOURNAL"' $dir/records | grep -a $not '"confidence":"high"'; grep -a '^."type":"[sc]o' $dir/records; } |
	    $bin/mxquote -q --root $dir -};
}

sub score_files {
	my ($what, $how, $image, $file, @text) = @_;
	my %true = map { sha256_hex($_) => 1 } @text;
	my %intact = map { sha256_hex($_) => 1 } grep { index($image, $_) >= 0 } @text;
	my (%got, %part, %wrong);

	for my $f (@$file) {
		if ($true{$f->{sha256} // ''}) {
			$got{$f->{sha256}} = 1;
		} elsif ($f->{complete}) {
			$wrong{"$f->{off}"} = 1;
		} else {
			$part{"$f->{off}"} = 1;
		}
	}
	my $all = keys %true;
	push @row, [$what, $how, $all, scalar keys %intact, scalar keys %got, scalar keys %part, scalar keys %wrong,
	    $all - keys %got];
}

1;
