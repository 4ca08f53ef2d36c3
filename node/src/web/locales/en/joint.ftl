# Phenomena, proposals, the inbox and the repair queue.
joint-acknowledged-not = Receipt not acknowledged yet
joint-acknowledged-on = Receipt acknowledged { $day }
joint-addressee = Who is asked
joint-addressee-body = A body or other party in words
joint-addressee-body-hint = For example: the technical board of the municipality. If it is not in the network, name it only here.
joint-addressee-hint = A member of the network gets the question in its own list to answer.
joint-addressee-organisation = The organisation that should act
joint-agree-lead = Another organisation says so. If you see the same, sign it as your own organisation's word.
joint-agreements = Agreed
joint-answer = Answer
joint-answer-by = Answer by
joint-answer-reason-hint = An answer without a reason does not count. Write so that whoever wrote the report understands.
joint-answered-on = Answered on
joint-answers = Answers
joint-answers-none = No answer has been given yet.
joint-area = Where
joint-area-hint = Leave it out if it is so everywhere.
joint-ask = What is asked
joint-asked = Who is to answer
joint-asks = Asks
joint-aspect = Aspect
joint-aspect-hint = Which side of the matter, for example: cause, for whom, time. Use the same name as others if you can.
joint-begin = Begin a phenomenon
joint-begin-from = The report is linked:
joint-begin-lead = Name a matter of which several organisations know something. Each writes its own words in it.
joint-begin-sign = Sign and begin
joint-begun-by = Begun by
joint-by-suggestion = suggested by a program, likeness { $likeness }
joint-came-nothing = No proposal has come of this yet.
joint-came-of-it = What came of it
joint-choose = Continue
joint-close-lead = A closed proposal leaves the repair queue. If its outcome is still to be asked for, it comes back.
joint-contested = organisations differ
joint-contradictions = Contradictions
joint-dated = Dated { $day }.
joint-deadline-hint = The last day on which an answer is in time. Whoever is asked is reminded until they answer.
joint-decision = Decision
joint-decision-body = Body that decided
joint-decision-date = Day of the meeting
joint-decision-section = Section
joint-decision-where = Where it was decided, if it was
joint-describe-lead = Your words stand beside those of other organisations. Name and summary are signed one by one.
joint-do = What you can do
joint-do-acknowledge = Acknowledge receipt
joint-do-agree = We see the same: { $value }
joint-do-answer = Answer
joint-do-close = Close the proposal
joint-do-describe = Describe it in your own words
joint-do-escalate = Ask somebody else, too
joint-do-facet = Say what you know
joint-do-forward = Forward to somebody else
joint-do-hand = Hand over
joint-do-link = Link a report
joint-do-link-this = Look and link
joint-do-merge = Merge with another phenomenon
joint-do-merge-this = Look and merge
joint-do-outcome = Say what came of it
joint-do-part = Part the phenomena
joint-do-period = Judge a half-year
joint-do-propose = Make a proposal of this
joint-do-record = Record an answer given elsewhere
joint-do-relink = Link again
joint-do-repair = Take on or hand over
joint-do-settle = Settle the contradiction: { $aspect }
joint-do-status = Say how far it has come
joint-do-support = Support the proposal
joint-do-take = Take it on
joint-do-unlink = Unlink the report
joint-do-withdraw = Take your word back
joint-due-in = Answer by { $day }: { $days ->
     [one] one day left
    *[other] { $days } days left
  }.
joint-due-late = Overdue by { $days ->
     [one] one day
    *[other] { $days } days
  }: an answer was asked for by { $day }.
joint-due-today = The answer is due today, { $day }.
joint-earlier-wording = Answered when the proposal was worded differently.
joint-effect = What happened
joint-effect-text = Tell more
joint-escalate-lead = Who was asked before still is. An answer of who is asked now goes before theirs.
joint-escalated-because = asked later, because: { $reason }
joint-facets = Who says what
joint-filter = Narrow down
joint-filter-do = Show
joint-fingerprint = Checksum: the same on all nodes that hold the same words.
joint-forward-lead = Whoever it is forwarded to answers by the same day.
joint-forwarded-to = Forwarded to
joint-half-first = January–June { $year }
joint-half-second = July–December { $year }
joint-hand-all = { $count ->
     [one] Hand over the one that you hold
    *[other] Hand over the { $count } that you hold
  }
joint-hand-all-lead = The same words are signed for each that is ticked, one after the other. What is done stays done if something stops it on the way.
joint-hand-all-title = Hand over what you hold
joint-hand-colleague = Hand over to a coordinator of your organisation
joint-hand-more = These are the { $shown } most urgent of { $total }. Hand them over, then open this page again for the rest.
joint-hand-none = You hold nothing.
joint-hand-organisation = Hand over to another organisation
joint-hand-sign = Sign each and hand over
joint-hand-to = To whom
joint-hand-to-colleague = Coordinator { $worker } of your organisation
joint-hand-what = What is handed over
joint-history = Everything that was written or taken back ({ $count })
joint-history-caption = The latest { $count }, the last first
joint-holder = Seen to by
joint-holder-nobody = nobody
joint-holder-you = you
joint-house = Who knew what
joint-house-caption = What each organisation says of each aspect
joint-house-empty = Nobody has said yet what they know.
joint-house-silent = says nothing
joint-inbox = To answer
joint-inbox-count = { $count ->
     [0] Nothing waits for your answer.
     [one] One proposal waits for your answer.
    *[other] { $count } proposals wait for your answer.
  }
joint-inbox-lead = The overdue ones first. A proposal stays here until it is answered: reading or acknowledging does not remove it.
joint-inbox-none = Everything that was asked is answered.
joint-judgements = What organisations say
joint-language = Language of the text
joint-level = Level of decision
joint-likeness = likeness { $likeness }
joint-lineage = What this is made of
joint-lineage-begun = Begun by { $organisation } on { $day }
joint-link = Link
joint-link-suggested = A program found the report by its words: likeness { $likeness }. Read it and decide yourself.
joint-merge-lead = They show as one and nothing is lost. Either organisation that began one may part them.
joint-merged = merged
joint-merged-from = Merged from
joint-merged-with = Merged with phenomenon
joint-more = More about it
joint-needs-script = Signing needs JavaScript: your key is in this browser.
joint-no-longer-owed = no longer waited for
joint-not-asked = Your organisation is not asked in this proposal, so its answer would not count. You can support it or say what came of it.
joint-not-counted-no-reason = Not counted: it gives no reason.
joint-not-counted-not-addressed = Not counted: they were not asked.
joint-not-counted-not-by-asker = Not counted: only who asked may write down an answer of others.
joint-not-counted-role = Not counted: who signed it is not a decision maker.
joint-not-counted-unreadable = Not counted: it cannot be read.
joint-not-here = not here
joint-not-mergeable = These cannot be merged: it is the same phenomenon already, or fewer may read the other one. Nothing was changed.
joint-not-nameable = Fewer may read the report than this phenomenon. A link would tell others that it exists, so none is made.
joint-not-owner = The proposal is another organisation's: only they can do this. Nothing was changed.
joint-not-recordable = Only who asked writes down answers of others, and only of bodies that are not in the network.
joint-not-yet = not yet
joint-note = What the next one should know
joint-only-mine = Only mine
joint-only-overdue = Only overdue
joint-open-count = { $count } open
joint-open-none = none open
joint-organisations = Organisations
joint-other-titles = Other names
joint-outcome-due = { $months } months since the promise: what came of it? Asked for since { $day }.
joint-outcomes = What came of it
joint-part-lead = If your organisation began one of them, that parts them. Else it takes back your own word only.
joint-parted = parted
joint-parted-from = Apart from phenomenon
joint-period = Half-year
joint-period-field = When
joint-phase-acknowledged = Acknowledged, answer awaited
joint-phase-answered = Answered
joint-phase-closed = Closed
joint-phase-declined = Nobody accepts it as theirs
joint-phase-followed-up = Followed up
joint-phase-open = Open, answer awaited
joint-phase-outcome-due = Outcome asked for
joint-phase-overdue = Overdue by { $days ->
     [one] one day
    *[other] { $days } days
  }
joint-phenomena = Phenomena
joint-phenomena-all = All
joint-phenomena-lead = What different organisations know about the same thing, and where they disagree.
joint-phenomena-none = There are no such phenomena.
joint-phenomena-open = With open contradictions
joint-phenomena-total = { $total ->
     [one] One phenomenon
    *[other] { $total } phenomena
  }
joint-phenomenon = Phenomenon
joint-proposal = Proposal
joint-proposals = Proposals
joint-proposals-lead = Who was asked for a change, by when, and what they answered.
joint-proposals-none = There are no such proposals.
joint-proposals-total = { $total ->
     [one] One proposal
    *[other] { $total } proposals
  }
joint-propose = Make a proposal
joint-propose-lead = Ask for a change from whoever can make it. The answer comes signed, with a reason and by a day.
joint-propose-sign = Sign and send
joint-propose-text = What should be done and why
joint-propose-title = The proposal in one line
joint-reason = Reason
joint-reason-field = Reason
joint-reason-optional = Reason, if you like
joint-receipt = Receipt acknowledged
joint-record-lead = Write down here what a body outside the network answered. It is shown that you wrote it down.
joint-recorded-by-asker = Written down by who asked: whoever answered is not in the network.
joint-recorded-from = Whose answer
joint-repair = Repair queue
joint-repair-lead = Everything in the whole network that is not done, the most urgent first. Handing over takes nothing out of the queue.
joint-report = Report
joint-report-id = The report's id
joint-report-id-hint = The end of the address of the report's page or the beginning of it, for example 3fa9c1.
joint-report-not-here = A report that this organisation does not have
joint-reports = Reports
joint-reports-count = { $count ->
     [one] One report belongs here.
    *[other] { $count } reports belong here.
  }
joint-rests-on = Rests on the reports:
joint-rests-on-field = Which reports this rests on
joint-scope = For whom
joint-scope-hint = Wider is more useful: others can add what they know. It cannot be widened afterwards.
joint-scope-network = The whole network
joint-scope-own = Only { $organisation }
joint-settle = Settle a contradiction
joint-settle-about = Of the aspect “{ $aspect }” is said:
joint-settle-hint = One of those above or another. All of them are weighed; a value that comes later opens it again.
joint-settle-nothing = Nothing contradicts anything here. Perhaps it is gone already.
joint-settle-value = What holds
joint-settles = { $organisation } settles:
joint-shared-words = shared words:
joint-sign = Sign and save
joint-source = Source:
joint-source-change = Change
joint-source-entry = Entry
joint-source-worker = Worker's pseudonym
joint-sources = Comes from
joint-spread = How common
joint-standing-linked = Linked
joint-standing-unlinked = Unlinked
joint-standing-vetoed = Denied by the organisation that wrote it
joint-stands = State
joint-state-differently = open, settled differently
joint-state-gone = no contradiction any more
joint-state-open = open
joint-state-reopened = open again
joint-state-settled = settled
joint-status = Status
joint-status-differs = Organisations differ on how far it has come.
joint-suggestions = May belong here
joint-suggestions-machine = Suggested by a program from the words. It often errs: a person reads and decides.
joint-summary = Summary
joint-summary-field = What it is about, in a few sentences
joint-support = Supported by
joint-support-lead = Support is shown in your organisation's name. It is no answer and no promise.
joint-support-note = Why you support it
joint-taken-back = taken back
joint-title = Name
joint-trend = Trend
joint-trend-by-reports = By reports
joint-trend-by-words = By judgement
joint-trend-chart = Bar chart: linked reports by half-year. The same numbers are in the table below.
joint-trend-declining = Declining
joint-trend-field = Where it goes
joint-trend-growing = Growing
joint-trend-stable = Stable
joint-trend-table = Linked reports and judgements by half-year
joint-trend-too-few = Cannot be said: { $periods } of { $needed } half-years needed
joint-trend-undated = { $count ->
     [one] One report does not say when.
    *[other] { $count } reports do not say when.
  }
joint-trend-varying = Varying
joint-unread = Not understood by this version
joint-unread-long = (too long to be shown: { $bytes } bytes)
joint-unreadable = Cannot be read
joint-untitled = Phenomenon without a name
joint-unweighed = Not weighed in the settlement:
joint-value = What you say of it
joint-verdict = This answer decides
joint-via = How they were asked
joint-via-escalated = asked later
joint-via-forwarded = forwarded by { $organisation }
joint-via-named = named in the proposal
joint-who-is-asked = Who has been asked
joint-withdraw-lead = Your word leaves the card. The history keeps that it was said.
joint-withdraw-nothing = This cannot be taken back on this page.
joint-written = What was written
