"""What keys in clouds share: a client for each process, whatever its number."""

from house.source import child


def test_X02_a_process_with_the_number_of_one_that_it_descends_from_makes_a_client_of_its_own() -> None:
    program = """
import os
from walletcore.signers.kms import PerProcess

clients = PerProcess(object)
first, number = clients.get(), os.getpid()
assert clients.get() is first
if os.fork() == 0:
    os.getpid = lambda: number  # the parent has ended, and its number was given again
    os._exit(clients.get() is first)
print(os.waitstatus_to_exitcode(os.wait()[1]), clients.get() is first)
"""
    assert child(program) == "0 True\n"
