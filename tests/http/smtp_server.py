# A real SMTP server (Debian's python3-aiosmtpd) on a free port: prints the port, then a line of JSON
# for each message it was offered. FILE holds what it answers instead of 250, as long as it is there;
# "kill PID" takes the message and ends the client before it hears so; "wait" keeps it waiting, and
# "wait N" whatever comes after N more.
import asyncio, json, os, signal, sys
from aiosmtpd.smtp import SMTP

class Handler:
    passed = 0

    async def handle_DATA(self, server, session, envelope):
        answer = '250 kept'
        if os.path.exists(sys.argv[1]):
            with open(sys.argv[1]) as file:
                answer = file.read().strip()
        if answer.startswith('kill '):
            os.kill(int(answer.split()[1]), signal.SIGKILL)
        if answer.startswith('wait '):
            Handler.passed += 1
            answer = 'wait' if Handler.passed > int(answer.split()[1]) else '250 kept'
        while answer == 'wait' and os.path.exists(sys.argv[1]):
            await asyncio.sleep(0.05)
        if answer == 'wait' or answer.startswith('kill '):
            answer = '250 kept'
        print(json.dumps({'to': envelope.rcpt_tos, 'from': envelope.mail_from, 'answer': answer,
                          'text': envelope.content.decode()}), flush=True)
        return answer

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), enable_SMTPUTF8=False), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
