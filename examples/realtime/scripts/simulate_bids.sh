#!/bin/sh
# Makes bids in auctions, one after another: watch them come in a live query.
set -eu
url=${XYLEM_URL:-http://127.0.0.1:8911/graphql}

usage() {
    echo "Usage: $0 [options]"
    echo
    echo "Options:"
    echo "  -a <auctionId>  The auction, 1 to 5, to bid in. Without it each bid is in a random one."
    echo "  -n <num_bids>   How many bids to make. Without it a random number, 1 to 20."
    echo "  -h, --help      Show this."
    echo
    echo "XYLEM_URL is where the server is; $url now."
}

fail() {
    echo "$0: $1" >&2
    usage >&2
    exit 2
}

# A random number from 1 to $1.
roll() {
    echo $(($(od -An -N4 -tu4 /dev/urandom) % $1 + 1))
}

auction="" count=""
[ "${1:-}" != --help ] || { usage && exit 0; }
while getopts a:n:h option; do
    case $option in
    a) auction=$OPTARG ;;
    n) count=$OPTARG ;;
    h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done
case $auction in "" | [1-5]) ;; *) fail "there are auctions 1 to 5, not '$auction'" ;; esac
case $count in *[!0-9]*) fail "'$count' is no number of bids" ;; esac
count=${count:-$(roll 20)}

made=0
while [ "$made" -lt "$count" ]; do
    in=${auction:-$(roll 5)}
    amount=$(roll 1000)
    # shellcheck disable=SC2016 # a variable of GraphQL
    answer=$(curl -sS "$url" -H 'content-type: application/json' -d '{"query":"mutation ($input: BidInput!) { bid(input: $input) { amount } }","variables":{"input":{"auctionId":"'"$in"'","amount":'"$amount"'}}}')
    case $answer in *'"errors"'* | "") echo "$0: $answer" >&2 && exit 1 ;; esac
    made=$((made + 1))
    echo "$made/$count auction $in: $amount"
done
