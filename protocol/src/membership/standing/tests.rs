//! Every small world there is: what a few organisations can say of each other in a few words, all of it.

use super::*;

type Said = BTreeMap<OrganisationId, Chain>;
type Judge<'a> = &'a dyn Fn(&Rules, &Said) -> Standing;

/// The whole chain stands.
const ALL: u32 = 99;

fn id(name: u8) -> OrganisationId {
    OrganisationId::from_bytes([name; 32])
}

fn rules(founders: &[u8], threshold: usize) -> Rules {
    Rules { founders: founders.iter().map(|name| id(*name)).collect(), threshold }
}

/// All that one organisation can say of the others in up to so many words; withdrawals let stand nothing or all.
fn chains(who: u8, others: &[u8], words: usize) -> Vec<Chain> {
    let mut all: Vec<Chain> = vec![Vec::new()];
    let mut longest = all.clone();
    for place in 1..=words {
        let mut longer = Vec::new();
        for chain in &longest {
            for other in others.iter().filter(|other| **other != who) {
                for word in [Word::Recognise, Word::Withdraw { stands: 0 }, Word::Withdraw { stands: ALL }] {
                    let mut chain = chain.clone();
                    chain.push((place as u32, id(*other), word));
                    longer.push(chain);
                }
            }
        }
        all.extend(longer.iter().cloned());
        longest = longer;
    }
    all
}

/// Calls with every combination.
fn each_world(choices: &[(u8, Vec<Chain>)], said: &mut Said, see: &mut dyn FnMut(&Said)) {
    let Some(((who, chains), rest)) = choices.split_first() else { return see(said) };
    for chain in chains {
        said.insert(id(*who), chain.clone());
        each_world(rest, said, see);
    }
}

fn says(said: &Said, who: u8, about: OrganisationId, is: fn(&Word) -> bool) -> bool {
    said.get(&id(who)).into_iter().flatten().any(|(_, other, word)| *other == about && is(word))
}

fn says_any(said: &Said, names: &[u8], about: OrganisationId, is: fn(&Word) -> bool) -> bool {
    names.iter().any(|name| says(said, *name, about, is))
}

/// Fewer than the threshold can neither admit nor remove: with one liar among the members, strangers who help it, and a threshold of
/// two, some honest member said so too. And there are always members enough to go on.
fn few_decide_nothing(judge: Judge<'_>) -> Result<usize, String> {
    let rules = rules(&[1, 2, 3], 2);
    let (liar, honest) = (3, [1, 2]);
    // A stranger speaks as well, for the liar's ends.
    let others = [1, 2, 3, 4];
    let speaks = |who, words| (who, chains(who, &others, words));
    let choices = [speaks(1, 1), speaks(2, 1), speaks(liar, 2), speaks(4, 1)];
    let (mut worlds, mut found) = (0, Ok(()));
    each_world(&choices, &mut Said::new(), &mut |said| {
        worlds += 1;
        let standing = judge(&rules, said);
        for who in standing.members.iter().filter(|who| !rules.founders.contains(who)) {
            if !says_any(said, &honest, *who, |word| *word == Word::Recognise) {
                found = Err(format!("a liar and strangers admit {who}: {said:?}"));
            }
        }
        let is_helper_in = says_any(said, &honest, id(4), |word| *word == Word::Recognise);
        for who in standing.removed.keys().filter(|_| !is_helper_in) {
            if !says_any(said, &honest, *who, |word| *word != Word::Recognise) {
                found = Err(format!("a liar and strangers remove {who}: {said:?}"));
            }
        }
        if standing.members.len() < rules.threshold {
            found = Err(format!("too few are left to decide anything: {said:?}"));
        }
    });
    found.map(|()| worlds)
}

/// Who is removed by members that nobody else withdraws from cannot undo that by anything said later, nor bring anybody in.
fn removed_is_removed(judge: Judge<'_>) -> Result<usize, String> {
    let rules = rules(&[1, 2, 3, 4], 2);
    let (mut worlds, mut found) = (0, Ok(()));
    let others = [1, 2, 3, 4];
    let gone = vec![vec![(1, id(4), Word::Withdraw { stands: 1 })]];
    let choices = vec![(1, gone.clone()), (2, gone), (3, chains(3, &[4, 5], 2)), (4, chains(4, &others, 1))];
    let later = chains(4, &[1, 2, 3, 5], 2);
    each_world(&choices, &mut Said::new(), &mut |said| {
        let before = judge(&rules, said);
        for more in &later {
            let mut said = said.clone();
            let chain = said.entry(id(4)).or_default();
            chain.extend(more.iter().map(|(at, other, word)| (1 + at, *other, *word)));
            worlds += 1;
            if judge(&rules, &said) != before {
                found = Err(format!("what the removed one says later changes something: {said:?}"));
            }
        }
    });
    found.map(|()| worlds)
}

/// Whatever was said, the members who are left can still admit somebody new, by as many words as the threshold asks.
fn members_can_go_on(judge: Judge<'_>) -> Result<usize, String> {
    let rules = rules(&[1, 2, 3], 2);
    let others = [1, 2, 3];
    let choices: Vec<_> = (1..=3).map(|who| (who, chains(who, &others, 2))).collect();
    let (mut worlds, mut found) = (0, Ok(()));
    each_world(&choices, &mut Said::new(), &mut |said| {
        worlds += 1;
        let members = judge(&rules, said).members;
        let mut said = said.clone();
        for who in members.iter().take(2) {
            let chain = said.entry(*who).or_default();
            let place = chain.last().map_or(1, |(place, ..)| place + 1);
            chain.push((place, id(9), Word::Recognise));
        }
        if !judge(&rules, &said).members.contains(&id(9)) {
            found = Err(format!("two members cannot admit anybody any more: {said:?}"));
        }
    });
    found.map(|()| worlds)
}

fn sound(rules: &Rules, said: &Said) -> Standing {
    rules.standing(said)
}

/// Forgets to ask whether those who withdraw are admitted.
fn hears_strangers(rules: &Rules, said: &Said) -> Standing {
    let mut everybody = rules.clone();
    everybody.founders.extend(said.keys().copied());
    let strangers: BTreeSet<_> = everybody.founders.difference(&rules.founders).copied().collect();
    let mut standing = everybody.standing(said);
    standing.members.retain(|who| !strangers.contains(who) || rules.standing(said).members.contains(who));
    standing
}

/// Lets the members vote themselves below the threshold.
fn no_rest(rules: &Rules, said: &Said) -> Standing {
    let mut standing = rules.standing(said);
    let against =
        |who: OrganisationId| (1..=4).filter(|name| says(said, *name, who, |word| *word != Word::Recognise)).count();
    standing.members.retain(|who| against(*who) < rules.threshold);
    standing
}

/// Hears what the removed say afterwards.
fn no_end(rules: &Rules, said: &Said) -> Standing {
    let boundless = |(place, other, word): &(u32, OrganisationId, Word)| match word {
        Word::Withdraw { .. } => (*place, *other, Word::Withdraw { stands: u32::MAX }),
        Word::Recognise => (*place, *other, *word),
    };
    rules.standing(&said.iter().map(|(who, chain)| (*who, chain.iter().map(boundless).collect())).collect())
}

#[test]
fn every_small_world_is_sound() {
    let worlds = [few_decide_nothing, removed_is_removed, members_can_go_on].map(|property| property(&sound).unwrap());
    println!("worlds explored: {worlds:?}");
    assert!(worlds.iter().sum::<usize>() > 100_000, "{worlds:?}");
}

#[test]
fn planted_flaws_are_found() {
    few_decide_nothing(&hears_strangers).unwrap_err();
    members_can_go_on(&no_rest).unwrap_err();
    removed_is_removed(&no_end).unwrap_err();
}

#[test]
fn two_who_remove_each_other_are_both_out_if_enough_are_left() {
    let away = |whom: u8| (1, id(whom), Word::Withdraw { stands: ALL });
    let said =
        Said::from([(id(1), vec![away(2)]), (id(2), vec![away(1)]), (id(3), vec![away(1)]), (id(4), vec![away(2)])]);
    let standing = rules(&[1, 2, 3, 4], 2).standing(&said);
    assert_eq!(standing.members, [id(3), id(4)].into());
    let standing = rules(&[1, 2, 3], 2).standing(&Said::from([
        (id(1), vec![away(2)]),
        (id(2), vec![away(1)]),
        (id(3), vec![away(1), (2, id(2), Word::Withdraw { stands: ALL })]),
    ]));
    assert_eq!(
        standing.members,
        [id(2), id(3)].into(),
        "a network cannot fall below its threshold; the smallest id goes first"
    );
}

#[test]
fn who_was_removed_may_come_back() {
    let mut said = Said::from([
        (id(1), vec![(1, id(3), Word::Withdraw { stands: 0 })]),
        (id(2), vec![(1, id(3), Word::Withdraw { stands: 0 })]),
    ]);
    let rules = rules(&[1, 2, 3], 2);
    assert_eq!(rules.standing(&said).members.len(), 2);
    said.get_mut(&id(1)).unwrap().push((2, id(3), Word::Recognise));
    assert_eq!(rules.standing(&said).members.len(), 3);
}
