#!/bin/sh
# Who asked most, and how often each page failed.
set -eu
mkdir out
awk '{ bytes[$1] += $4 } END { for (host in bytes) print bytes[host], host }' access.log |
    sort -k1,1nr -k2,2 > out/bytes.txt
awk '$3 >= 400 { print $2 }' access.log | sort | uniq -c | sort -k1,1nr -k2,2 > out/failed.txt
head -n 3 out/bytes.txt
wc -l < out/failed.txt
