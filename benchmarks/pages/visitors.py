"""Visitors without a browser: sessions that open a page and click in its map over the session's own channel.

python visitors.py URL BUILDINGS SESSIONS ROUNDS PAUSE_MS   prints one line of JSON: milliseconds from click to answer
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


async def answered(channel: websockets.ClientConnection, asked: BackMsg) -> list[ForwardMsg]:
    """Send what is asked and return all that comes until the script has ended."""
    await channel.send(asked.SerializeToString())
    told = []
    while not told or told[-1].WhichOneof("type") != "script_finished":
        told.append(ForwardMsg.FromString(await channel.recv()))
    return told


async def visit(url: str, count: int, number: int, sessions: int, rounds: int, pause: float) -> list[float]:
    """Open the page, then click a building every `pause` seconds; return how long each answer took [ms]."""
    where, side, taken = urlsplit(url), int(count**0.5 + 0.999), []
    async with websockets.connect(
        f"ws://{where.netloc}/_stcore/stream", subprotocols=["streamlit"], max_size=None
    ) as channel:
        first = BackMsg()
        first.rerun_script.query_string = where.query
        told = [message.delta for message in await answered(channel, first) if message.WhichOneof("type") == "delta"]
        (component,) = {
            delta.new_element.component_instance.id: delta.fragment_id
            for delta in told
            if delta.new_element.WhichOneof("type") == "component_instance"
        }.items()
        await asyncio.sleep(pause * number / sessions)
        for step in range(rounds):
            begun = time.perf_counter()
            row, column = side // 2 + step % 3 - 1, side // 2 + (step * 7) % 5 - 2
            click = BackMsg()
            click.rerun_script.query_string, click.rerun_script.fragment_id = where.query, component[1]
            picked = {"kind": "building", "id": f"B{row * side + column:06d}", "n": step}
            click.rerun_script.widget_states.widgets.add(id=component[0], json_value=json.dumps({"picked": picked}))
            await answered(channel, click)
            taken.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(max(pause - (time.perf_counter() - begun), 0))
    return taken


async def main(url: str, count: int, sessions: int, rounds: int, pause: int) -> None:
    """Let all visitors come at once."""
    visits = (visit(url, count, number, sessions, rounds, pause / 1000) for number in range(sessions))
    every = await asyncio.gather(*visits)
    print(json.dumps([each for taken in every for each in taken]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
