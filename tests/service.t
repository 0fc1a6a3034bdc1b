#!/bin/sh
# The unit is accepted by systemd, and exposed no more than it must be.
: "${WIREWATCH_SRCDIR:=.}"
unit=$WIREWATCH_SRCDIR/systemd/wirewatchd.service.in
exposure=15	# in tenths, at most

if ! command -v systemd-analyze >/dev/null 2>&1; then
	echo "1..0 # SKIP systemd-analyze is not installed"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin" "$dir/systemd"
printf '#!/bin/sh\n' >"$dir/bin/wirewatchd"
chmod 755 "$dir/bin/wirewatchd"
sed -e "s,@sbindir@,$dir/bin,g" -e "s,@sysconfdir@,$dir,g" "$unit" \
    >"$dir/systemd/wirewatchd.service"

report() { # number, what, status, output
	if [ "$3" -eq 0 ]; then
		echo "ok $1 - $2"
	else
		echo "not ok $1 - $2"
		echo "$4" | sed 's/^/# /'
	fi
}

echo 1..3
if grep -q '@[a-z]*@' "$dir/systemd/wirewatchd.service"; then
	report 1 "every word between @ is filled in" 1
else
	report 1 "every word between @ is filled in" 0
fi
# The manual pages need not be installed yet.
found=$(systemd-analyze verify --man=no "$dir/systemd/wirewatchd.service" 2>&1)
status=$?
[ -n "$found" ] && status=1
report 2 "systemd has nothing to say against the unit" "$status" "$found"
found=$(systemd-analyze security --offline=true --no-pager \
    --threshold="$exposure" "$dir/systemd/wirewatchd.service" 2>&1)
report 3 "its exposure is 1.5 or less" $? "$found"
