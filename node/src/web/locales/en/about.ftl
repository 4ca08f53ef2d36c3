# The network, help, the accessibility statement, privacy, and how things stand on the first page.
network-title = Network
network-refresh = Refresh
network-is-resting = Your organisation's node is not connected to a network: this was read from its disk.
network-is-alone = There is no connection to other organisations right now. What was written is kept, and is sent when the connection is back.
network-is-in-step = Connected to { $count } members, and all of them hold the same as this node.
network-is-catching-up = Connected to { $count } members, of which { $step } are in step. With the others things are still under way.
network-peers = Connections to other organisations
network-no-peers = There are no connections yet. Whoever looks after the node adds the first with talkoot peer add.
network-in-step = "In step" means that both hold all that they share with each other. The other numbers are of the present connection.
network-unknown = Not known yet
network-head-organisation = Organisation
network-head-state = State
network-head-sent = Sent
network-head-received = Received
network-head-heard = Last heard
network-head-more = Refused, and trouble
network-head-kind = Kind
network-head-counties = Counties
network-head-reports = Reports here
network-head-standing = Standing
network-state-apart = Not connected
network-state-connecting = Connecting
network-state-stranger = Not a member: nothing is exchanged
network-state-step = In step
network-state-waiting = Connected, has said nothing yet
network-state-comparing = Comparing
network-peer-lacking = { $here } to come, { $there } to send
network-peer-sent = { $sent }, of which { $there } are safely there
network-peer-received = { $received }, of which { $stored } were new and are stored
network-peer-refused = { $count } refused ({ $rules })
network-peer-none-refused = Nothing refused
network-heard-never = Not yet
network-heard-now = Less than a minute ago
network-heard-minutes = { $count } min ago
network-heard-hours = { $count } h ago
network-held = What is held here
network-held-is = { $reports } reports, { $changes } signed changes, { $megabytes } MB on disk.
network-damaged = { $count } damaged records. What is missing is asked of other members by itself. Whoever looks after the node sees which they are: talkoot verify.
network-parked = { $count } changes wait: something they build on is not here yet, or their organisation is not recognised. Mostly they are stored later by themselves.
network-forks = Places where one key signed two different changes: { $count }. The key may have been copied. Tell whoever looks after the node, and the key's organisation.
network-unreadable = Documents that cannot be read: { $count }. They are kept and passed on but not shown. Tell whoever looks after the node.
network-refused = { $count } changes were refused at the door ({ $rules }). They are not stored, and nothing else has to be done. If the number grows fast, tell whoever looks after the node.
network-fine = No trouble is known.
network-own = Your own organisation
network-fact-name = Name
network-fact-kind = Kind
network-fact-counties = Counties
network-fact-contact = Contact
network-fact-network = Network
network-fact-id = Id
network-fact-node = Node
network-fact-listening = Addresses
network-members = Organisations
network-recognise = A new organisation is recognised by whoever looks after a member's node, with talkoot org recognise. Until then its reports are not taken in and nothing is sent to it.
network-standing-own = Your own
network-standing-founder = Founder
network-standing-member = Member
network-standing-stranger = Not a member
help-title = Help
help-lead = How a report travels, what each field asks, and what to do when something goes wrong.
help-topics = On this page
help-topic-person = Name the phenomenon, not the person
help-text-person =
    A report tells of structures: a queue, a rule, a service that is missing, a good practice. It does not tell of one client. Leave out names, personal identity codes, addresses, phone numbers and rare details that somebody could be recognised by.

    A good title: "Rent arrears lead to eviction before help can be had". Tell also what works.
help-topic-travel = How a report travels
help-text-travel =
    Your browser signs the report with your key. Your organisation's node checks it, writes it to disk, and only then tells other members of it. Every member checks the signature by itself: nobody on the way can change a word.

    You choose whom a report is for: your own organisation, the members of a county, or the whole network. It cannot be widened or called back later.

    Coordinators link reports to phenomena and make proposals from them. Whoever is asked answers with a reason. The page My reports tells what came of yours.
help-topic-hidden = What is hidden in numbers, and why
help-text-hidden =
    In views a number is shown only when enough reports, authors and organisations stand behind it. Otherwise "few" stands in its place: there are fewer, perhaps none. Numbers shown are rounded to multiples of five, each by itself.

    So nobody can tell from a small municipality or a rare group whom it is about, even by comparing many tables. That is why parts do not always add up, and why a small difference means nothing.
help-topic-marks = Marks in the text
help-text-marks =
    While you write, the page marks what looks like an identifier. A red mark, such as a personal identity code or an account number, has to go: the report cannot be sent before. A yellow mark, such as a possible name, is a question: see whether somebody could be recognised by it.

    Not everything is found. A rare name, or a story that somebody is recognised by without any name, no program notices. It is up to the reader and the author.
help-topic-browser = If the browser or the device is lost
help-text-browser =
    Your key is in your browser only and cannot be copied out of it. If you change the browser or its data is cleared, ask your organisation for a new code and take the new browser into use. Your reports and your pseudonym remain. Drafts that were not sent are lost.

    If the device is in the wrong hands, tell your organisation at once. The old key cannot be closed in the network yet.
help-topic-offline = If the connection breaks
help-text-offline =
    Go on writing. The draft is kept encrypted in this browser. When the connection is back, open the page again and send it. Do not clear the browser's data before that.
help-topic-refused = If a report is not accepted
help-text-refused =
    Nothing is lost: the text is still in the form. The page tells which place is in the way. Mostly it is an identifier in the text, or a required field that is empty. Put it right and send again.
help-topic-answers = What an answer means
help-text-answers =
    A decision maker may accept a proposal, reject it, pass it on, or say that it is not theirs. Every answer has a reason and is seen by all who may read the proposal. If no answer comes in time, the proposal is overdue and may be taken further.
help-danger = When somebody is in danger
help-fields = Fields of the form
help-fields-lead = The name of a field opens a page with its codes and where they are from.
help-asked-title = In which forms
help-need-required = required
help-need-optional = optional
help-need-absent = not asked
help-only-in = Asked only in: { $kinds }.
help-codes = Choices
help-code = Code
help-code-name = Name
help-part-group = Target group
help-part-age = Age
help-part-spread = Spread
help-part-trend = Trend
help-source-law = Source: Social Welfare Act 1301/2014, section 11, in the order of the law as enacted ({ $version }).
help-source-thl = Corresponds to THL's list { $system }, with keys of our own: the official list does not come with the program.
help-source-own = Source: Talkoot's own list.
help-official = Official lists
help-official-more = The lists do not come with the program: an organisation loads them from the national code service. A service may always be written in one's own words.
help-list = List
help-system = Identifier
help-source = Source
help-back = All fields
about-no-contact = The organisation has given no contact.
access-title = Accessibility statement
access-of = This statement is about the web service Talkoot run by { $organisation }. The Act on the Provision of Digital Services (306/2019) applies to it. The statement was made on 22 Nov 2026.
access-head-state = How accessible the service is
access-text-state =
    The service meets in part what the law requires (WCAG 2.2, level AA). Pages can be read without scripts, they work with a keyboard and a screen reader, and beside every chart stands a table with the same numbers.
access-head-gaps = What is not accessible
access-text-gaps =
    Signing in and signing need JavaScript, since the key is in the browser.

    Long names are cut in charts; they stand whole in the table. Charts have to be scrolled when they are enlarged (WCAG 1.4.10).

    Attachments are made by their authors, and their accessibility is not checked (WCAG 1.1.1). Some messages on trouble that come from inside the program are in English; their language is marked.

    The service is in Finnish, Swedish and English. It is not yet in Sámi.
access-head-made = How accessibility was assessed
access-text-made = The makers' own assessment: every page was checked with the program axe-core in three languages and setting up a browser, writing a report and answering a proposal were gone through with a keyboard alone. There was no outside assessment and no test with users of assistive technology yet.
access-feedback = Did you notice a fault?
access-feedback-how = Tell the organisation. You may also ask for content in a form that is accessible to you. You will be answered within two weeks.
access-authority = Supervising authority
access-authority-when = If you are not content with the answer, or get none within two weeks, you may turn to the supervising authority. Its site tells how to do so and what follows.
access-authority-name = Finnish Transport and Communications Agency Traficom, supervision of digital accessibility
privacy-title = Privacy
privacy-lead = Talkoot collects phenomena, not people. This page tells what is stored, where, and what cannot be done yet.
privacy-keeper = Who is responsible
privacy-keeper-is = { $organisation } is responsible for what this node holds.
privacy-head-people = Clients and residents
privacy-text-people =
    Personal data does not belong in a report. Text with a personal identity code, a Finnish account number, a foreigner's identifier or a client's OID is refused by every node. Names are not refused but pointed out, and a rare name or a story that somebody is recognised by may pass unnoticed.
privacy-head-worker = Authors
privacy-text-worker =
    Others see an author as a pseudonym: a random identifier, roles and the organisation. The name stays in the organisation, which knows whom the code was given to. Reports of one author can be linked to each other, and a style recognised.
privacy-head-where = Where it is kept
privacy-text-where =
    On the organisation's own machine, unencrypted unless its disk is encrypted. There is no central server.
privacy-head-members = Who receives it
privacy-text-members =
    The member organisations whom the author addresses, over an encrypted connection. Each of them keeps its own copy and is responsible for it. Reports for one's own organisation do not leave its nodes. Numbers for publishing are rounded, and small ones hidden.
privacy-head-browser = In your browser
privacy-text-browser =
    The key for signing, which cannot be taken out of the browser, encrypted drafts, a cookie for the session, which ends after 16 hours at the latest, and a cookie for the chosen language. Visitors are not tracked, and no page fetches anything from elsewhere.
privacy-head-logs = Logs
privacy-text-logs =
    The node's log holds identifiers and names of rules, and nothing that anybody wrote or looked at.
privacy-head-erasure = What cannot be done yet
privacy-text-erasure =
    A report that was sent cannot be erased or called back yet, and a lost key cannot be closed yet. So nothing real should be written yet.
privacy-head-rights = Your rights
privacy-text-rights =
    You may ask the organisation what it holds about you, and have errors put right. If you are not content, you may turn to the data protection ombudsman.
privacy-ombudsman = Office of the Data Protection Ombudsman
home-now = How things stand
home-own = What you wrote last
home-own-none = None of your organisation's newest reports is yours.
home-came-nothing = Not linked to a phenomenon yet
home-came-phenomena = In phenomena: { $count }
home-came-asked = Proposals: { $count }
home-came-answered = Answered: { $count }
home-waits = { $count } proposals wait for an answer.
home-open = { $count } phenomena hold open contradictions.
