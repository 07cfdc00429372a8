"""CashTokens of many categories: the work grows as their number does."""

from time import process_time

from walletcore.chains.bitcoin.relatives.cashtokens import CashTokens, Token, burnt, check_balance

MANY = tuple(Token(category=f"{number:064x}", amount=1) for number in range(20_000))


def test_tokens_of_many_categories_are_balanced_in_the_time_of_reading_them() -> None:
    tokens = CashTokens(spent=MANY, sent=MANY[::-1])
    begun = process_time()
    check_balance(tokens, {each.category for each in MANY[::2]})
    check_balance(tokens, set())
    assert burnt(tokens) == []
    assert process_time() - begun < 10  # under 1 second; each pair of categories compared: 30


def test_what_is_lost_is_told_in_the_order_in_which_it_is_spent() -> None:
    tokens = CashTokens(spent=MANY[:4], sent=(MANY[2], None, None, None))
    assert burnt(tokens) == [MANY[0], MANY[1], MANY[3]]
