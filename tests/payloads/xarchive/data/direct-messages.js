window.YTD.direct_messages.part0 = [
 {
  "dmConversation": {
   "conversationId": "900001-900100",
   "messages": [
    {
     "messageCreate": {
      "recipientId": "900001",
      "reactions": [],
      "urls": [],
      "text": "Is Tuesday at eight fine?",
      "mediaUrls": [],
      "senderId": "900100",
      "id": "1790000000000000041",
      "createdAt": "2024-05-13T13:01:00.000Z",
      "editHistory": []
     }
    },
    {
     "reactionCreate": {
      "senderId": "900001",
      "reactionKey": "like",
      "eventId": "1",
      "createdAt": "2024-05-13T13:00:30.000Z"
     }
    },
    {
     "messageCreate": {
      "recipientId": "900100",
      "reactions": [],
      "urls": [],
      "text": "could you ring before you come",
      "mediaUrls": [],
      "senderId": "900001",
      "id": "1790000000000000040",
      "createdAt": "2024-05-13T13:00:00.000Z",
      "editHistory": []
     }
    }
   ]
  }
 }
]
