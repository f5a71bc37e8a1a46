package io.bakstripe.sandbox.chaos;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a request is about, read from its first line and its headers; buckets stand in the path.
 *
 * @param bucket empty when the request names none
 * @param key empty when the request is about a bucket
 * @param lasting whether it is signed with other keys than those of a role, or with none
 */
record Call(Action action, String bucket, String key, boolean lasting) {
    /** How the names of temporary keys begin. */
    private static final String TEMPORARY = "Credential=ASIA";

    /** How the operations of the key service are named in its header. */
    private static final String KEYS = "TrentService.";

    static Call of(RequestHead head) {
        Optional<String> ofKeys = head.header("x-amz-target").filter(target -> target.startsWith(KEYS));
        return ofKeys.isPresent()
                ? new Call(ofKeys(ofKeys.get().substring(KEYS.length())), "", "", isLasting(head))
                : ofStore(head);
    }

    private static Action ofKeys(String operation) {
        return Action.named(operation).filter(Action::isOfKeys).orElse(Action.OTHER_OF_KEYS);
    }

    private static boolean isLasting(RequestHead head) {
        return head.header("authorization")
                .filter(header -> header.contains(TEMPORARY))
                .isEmpty();
    }

    private static Call ofStore(RequestHead head) {
        int question = head.target().indexOf('?');
        String path = question < 0 ? head.target() : head.target().substring(0, question);
        Set<String> query = question < 0 ? Set.of() : names(head.target().substring(question + 1));
        String[] names = path.substring(path.startsWith("/") ? 1 : 0).split("/", 2);
        String key = names.length < 2 ? "" : decode(names[1]);
        Action action = names[0].isEmpty()
                // What S3 knows no such request of is one to the token service.
                ? head.method().equals("POST") ? Action.ASSUME_ROLE : Action.LIST_BUCKETS
                : key.isEmpty()
                        ? ofBucket(head.method(), query)
                        : ofObject(
                                head.method(),
                                query,
                                head.header("x-amz-copy-source").isPresent());
        return new Call(action, decode(names[0]), key, isLasting(head));
    }

    private static Set<String> names(String query) {
        return Arrays.stream(query.split("&"))
                .map(pair -> pair.contains("=") ? pair.substring(0, pair.indexOf('=')) : pair)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String decode(String text) {
        // A plus sign in a path means itself.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Action ofBucket(String method, Set<String> query) {
        return switch (method) {
            case "HEAD" -> Action.HEAD_BUCKET;
            case "GET" ->
                query.contains("location")
                        ? Action.GET_BUCKET_LOCATION
                        : query.contains("uploads")
                                ? Action.LIST_MULTIPART_UPLOADS
                                : isListing(query) ? Action.LIST_OBJECTS : Action.OTHER;
            case "PUT" -> query.isEmpty() ? Action.CREATE_BUCKET : Action.OTHER;
            case "DELETE" -> query.isEmpty() ? Action.DELETE_BUCKET : Action.OTHER;
            case "POST" -> query.contains("delete") ? Action.DELETE_OBJECTS : Action.OTHER;
            default -> Action.OTHER;
        };
    }

    private static boolean isListing(Set<String> query) {
        return Set.of(
                        "list-type",
                        "prefix",
                        "delimiter",
                        "marker",
                        "max-keys",
                        "start-after",
                        "continuation-token",
                        "encoding-type",
                        "fetch-owner",
                        "x-id")
                .containsAll(query);
    }

    private static Action ofObject(String method, Set<String> query, boolean copies) {
        boolean ofUpload = query.contains("uploadId");
        boolean aspect = query.contains("acl") || query.contains("tagging") || query.contains("attributes");
        if (aspect) {
            return Action.OTHER;
        }
        return switch (method) {
            case "HEAD" -> Action.HEAD_OBJECT;
            case "GET" -> ofUpload ? Action.LIST_PARTS : Action.GET_OBJECT;
            case "PUT" ->
                ofUpload
                        ? copies ? Action.UPLOAD_PART_COPY : Action.UPLOAD_PART
                        : copies ? Action.COPY_OBJECT : Action.PUT_OBJECT;
            case "POST" ->
                ofUpload
                        ? Action.COMPLETE_MULTIPART_UPLOAD
                        : query.contains("uploads") ? Action.CREATE_MULTIPART_UPLOAD : Action.OTHER;
            case "DELETE" -> ofUpload ? Action.ABORT_MULTIPART_UPLOAD : Action.DELETE_OBJECT;
            default -> Action.OTHER;
        };
    }
}
