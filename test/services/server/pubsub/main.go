// A Pub/Sub server in memory, of the fake that Google's own Go client is tested with.
package main

import (
	"os"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	pstest.NewServerWithAddress("127.0.0.1:" + os.Args[1])
	select {}
}
