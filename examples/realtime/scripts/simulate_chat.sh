#!/bin/sh
# Sends chat messages to a room, one after another: watch them come in a subscription to newMessage.
set -eu
url=${XYLEM_URL:-http://127.0.0.1:8911/graphql}

usage() {
    echo "Usage: $0 -r [roomId] -n [num_messages]"
    echo "       $0 -h"
    echo
    echo "Options:"
    echo "  -r roomId       The room, 1 to 4, for the messages. Without it each goes to a random one."
    echo "  -n num_messages How many messages to send. Without it a random number, 1 to 20."
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

# Line number $1 of what stands on standard input.
line() {
    sed -n "${1}p"
}

room="" count=""
while getopts r:n:h option; do
    case $option in
    r) room=$OPTARG ;;
    n) count=$OPTARG ;;
    h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
    esac
done
case $room in "" | [1-4]) ;; *) fail "there are rooms 1 to 4, not '$room'" ;; esac
case $count in *[!0-9]*) fail "'$count' is no number of messages" ;; esac
count=${count:-$(roll 20)}

sent=0
while [ "$sent" -lt "$count" ]; do
    to=${room:-$(roll 4)}
    from=$(printf '%s\n' Ann Ben Cleo Dan | line "$(roll 4)")
    body=$(printf '%s\n' 'Hello!' 'How are you?' 'Did you see that?' 'Well, well.' 'I have to go.' | line "$(roll 5)")
    # shellcheck disable=SC2016 # a variable of GraphQL
    answer=$(curl -sS "$url" -H 'content-type: application/json' -d '{"query":"mutation ($input: SendMessageInput!) { sendMessage(input: $input) { from body } }","variables":{"input":{"roomId":"'"$to"'","from":"'"$from"'","body":"'"$body"'"}}}')
    case $answer in *'"errors"'* | "") echo "$0: $answer" >&2 && exit 1 ;; esac
    sent=$((sent + 1))
    echo "$sent/$count room $to, $from: $body"
done
