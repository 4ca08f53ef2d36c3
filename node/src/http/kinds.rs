//! Every problem that can be met, by its stable name: programs tell them apart by it, so names are added and never changed.

use super::problem::Kind;

/// All kinds, by ascending name: name, status, what it means, what to do about it.
pub(super) const KINDS: &[Kind] = &[
    kind("ambiguous_document", 409, "Several documents' ids begin so.", "Give more digits of the id."),
    kind("attachment_later", 503, "The partner that has the attachment needs a pause.", "Ask again in a minute."),
    kind("attachment_not_here", 404, "The attachment's bytes are not on this node, and no partner gave them.", "Ask again while partners are connected; '/v1/peers' shows which are."),
    kind("attachments_full", 507, "No more attachments can be kept; nothing was stored.", "Whoever looks after the node makes room."),
    kind("bad_address", 422, "Not an address of a peer.", "Write it as host:port or as a multiaddress."),
    kind("bad_attachment", 422, "The bytes are not what is said of them, or hold more than a plain picture or document; nothing was stored.", "Clean the file with 'talkoot report attach', or send another."),
    kind("bad_body", 400, "The body of the request cannot be read.", "Send what the description of the API asks for."),
    kind("bad_idempotency_key", 400, "The header Idempotency-Key is not 1 to 128 letters, digits, points, hyphens and underscores.", "Send a fresh UUID for each submission, and the same one when you send it again."),
    kind("bad_parameter", 400, "A parameter is unknown or has a value that is not possible.", "Correct the parameter that 'parameter' names; '/v1/openapi.json' says what it may be."),
    kind("bad_query", 422, "A table that cannot be made; 'detail' says why.", "Ask for other facets or values."),
    kind("bad_request", 400, "The request cannot be understood.", "Send what the description of the API asks for."),
    kind("busy", 503, "The node did not answer in time.", "Ask again in a moment."),
    kind("damaged_record", 500, "Something on the node's disk is damaged.", "Whoever looks after the node runs 'talkoot verify'."),
    kind("idempotency_conflict", 422, "The same Idempotency-Key came with another body.", "Send a fresh key with another submission."),
    kind("identifier_found", 422, "There is what looks like an identifier of a person. Nothing was kept or logged.", "Take it out of what 'field' or 'parameter' names, and send again: nothing about one person belongs here."),
    kind("internal", 500, "A fault of the program.", "Tell whoever looks after the node; its log says more."),
    kind("invalid_field", 422, "A field does not hold what the form asks for.", "Correct the field that 'field' names; '/v1/report-schema' says what it may hold."),
    kind("moved_on", 409, "Something has changed meanwhile.", "Begin anew."),
    kind("no_token", 401, "No token was shown, or one that is worth nothing.", "Show one as 'Authorization: Bearer …'; 'talkoot token add' makes one."),
    kind("no_words", 503, "This node does not look after words, or not yet.", "Ask again in a moment, or turn on words.keep in the node's settings."),
    kind("not_a_member", 403, "That organisation is not a member here.", "Ask about a member; '/v1/organisations' lists them."),
    kind("not_allowed", 403, "The token does not allow it.", "Use a token with the access that 'detail' names."),
    kind("not_for_them", 403, "Those it is for may not have it.", "Ask for what they may have."),
    kind("not_stored", 507, "It could not be written to disk; nothing was changed.", "Whoever looks after the node makes room; then send again."),
    kind("other_network", 403, "That is of another network.", "Ask a node of that network."),
    kind("other_organisation", 403, "That is of another organisation.", "Ask that organisation's node."),
    kind("overgrown_document", 500, "The document has more changes than are read.", "Tell whoever looks after the node."),
    kind("question_too_long", 400, "The words to look for are too long.", "Look for fewer words."),
    kind("stopping", 503, "The node is stopping.", "Ask again when it runs."),
    kind("too_large", 413, "The body is larger than what is taken.", "Send less at once."),
    kind("too_long", 400, "The answer would be too long.", "Ask for less."),
    kind("too_many_peers", 409, "No more addresses can be kept.", "Remove one first."),
    kind("too_many_requests", 429, "Too many requests came at once.", "Wait as long as 'detail' says."),
    kind("too_many_submissions", 409, "So many submissions wait that no more are kept.", "Have the waiting ones completed; each is forgotten after 14 days."),
    kind("too_slow", 408, "The request took too long.", "Ask again; what was stored before is kept."),
    kind("unfit_body", 422, "The body is JSON of another shape than is asked for.", "Send what the description of the API asks for."),
    kind("unknown_address", 404, "There is nothing at this path.", "See '/v1/openapi.json' for what there is."),
    kind("unknown_attachment", 404, "The report has no such attachment.", "Ask for the list of its attachments."),
    kind("unknown_document", 404, "No such document here, or none whose id begins so.", "Ask for the list, and take the id from there."),
    kind("unknown_field", 422, "A field that the form does not have, or that cannot be handed in.", "Leave it out; '/v1/report-schema' lists the fields."),
    kind("unknown_form", 404, "No such form here.", "Take one of '/v1/forms'."),
    kind("unknown_media_type", 415, "The body is of another media type than is asked for.", "Send it with the Content-Type that the description of the API names."),
    kind("unknown_method", 405, "This cannot be done at this path.", "Use a method that the header Allow names."),
    kind("unknown_peer", 404, "That address is not kept.", "Take one of '/v1/peers'."),
    kind("unknown_submission", 404, "No such submission was made with this token.", "Use the id that the submission was answered with."),
    kind("unreadable_document", 500, "The document cannot be read, and is kept as it is.", "Tell whoever looks after the node."),
];

const fn kind(name: &'static str, status: u16, meaning: &'static str, remedy: &'static str) -> Kind {
    Kind { name, status, meaning, remedy }
}
