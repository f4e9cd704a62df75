import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Starts an in-memory server of the MongoDB protocol that today's drivers agree to speak with. */
public final class MongoServerMain {

    /** The newest version that the server knows, except that drivers ask for a later protocol. */
    private static final MongoVersion VERSION = new MongoVersion() {
        @Override
        public String toVersionString() {
            return "5.0.0";
        }

        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    };

    public static void main(String[] arguments) throws InterruptedException {
        MongoBackend backend = new MemoryBackend().version(VERSION);
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        Thread.currentThread().join();
    }
}
