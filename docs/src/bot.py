"""A bot that answers `ping` in a group."""
import json
import subprocess
import sys

chat = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
commands = [{"command": "create_group", "group": "bots"}, {"command": "join_group", "group": "bots"}]
ready = False

for line in chat.stdout:
    said = json.loads(line)
    match said["event"]:
        case "ready":
            ready = True
        case "post" if said["text"] == "ping":
            commands.append({"command": "send_group", "text": "pong, " + said["from"]})
        case "removed" | "session_lost":
            commands.append({"command": "create_group", "group": "bots"})
            commands.append({"command": "join_group", "group": "bots"})
        case "error" | "exited":
            print(said, file=sys.stderr)
    if ready and commands:
        ready = False
        chat.stdin.write(json.dumps(commands.pop(0)) + "\n")
        chat.stdin.flush()

sys.exit(chat.wait())
